using System.Threading.Tasks.Sources;

namespace UwsgiIt.Router.Transport;

/// <summary>
/// Something awaited that goes on on its loop in every case. A stock source lets an awaiter on another thread go on there when the loop was
/// faster than it; this one brings it home. One wait at a time.
/// </summary>
internal sealed class LoopSource<T>(EventLoop loop) : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _core;

    /// <summary>Begins a wait; whatever awaits the result is ended by one of the setters.</summary>
    public ValueTask<T> Begin()
    {
        _core.Reset();
        return new(this, _core.Version);
    }

    /// <summary>On the loop only.</summary>
    public void SetResult(T result) => _core.SetResult(result);

    /// <summary>On the loop only.</summary>
    public void SetException(Exception exception) => _core.SetException(exception);

    public T GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => EventLoop.Current == loop ? _core.GetStatus(token) : ValueTaskSourceStatus.Pending;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (EventLoop.Current == loop)
        {
            Register(continuation, state, token, flags);
        }
        else
        {
            RegisterFromElsewhere(continuation, state, token, flags);
        }
    }

    // A method of its own: the closure would otherwise be made on every path.
    private void RegisterFromElsewhere(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        loop.Schedule(_ => Register(continuation, state, token, flags), null);

    private void Register(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            _core.OnCompleted(continuation, state, token, flags);
        }
        else
        {
            continuation(state);
        }
    }
}
