using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace UwsgiIt.Router.Buffers;

/// <summary>
/// Runs the async methods of the data path without allocation: what a suspended method needs is taken from the thread's own store, and goes
/// back when its result was read. The runtime's pooling builder keeps one such object a thread, which a loop with many requests under way
/// misses every time. Does not carry the execution context across awaits: no method that uses it may depend on AsyncLocal values after one.
/// </summary>
[SuppressMessage("Performance", "CA1822", Justification = "The compiler calls these on an instance.")]
internal struct CachedValueTaskMethodBuilder<TResult>
{
    private Suspended? _suspended;
    private TResult _result;

    public readonly ValueTask<TResult> Task => _suspended is null ? new(_result) : _suspended.Task;

    public static CachedValueTaskMethodBuilder<TResult> Create() => default;

    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => default(AsyncValueTaskMethodBuilder<TResult>).Start(ref stateMachine);

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
        // Only for builders that box by themselves; part of the pattern.
    }

    public void SetResult(TResult result)
    {
        if (_suspended is null)
        {
            _result = result;
        }
        else
        {
            _suspended.SetResult(result);
        }
    }

    public void SetException(Exception exception)
    {
        // Thrown before the first wait: nobody holds the object yet, so any of the kind will do.
        _suspended ??= new Faulted();
        _suspended.SetException(exception);
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Suspend(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Suspend(ref stateMachine));

    private Action Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_suspended is Suspended<TStateMachine> known)
        {
            return known.MoveNext;
        }

        var suspended = ThreadCache<Suspended<TStateMachine>>.Rent();

        // Before the copy: the builder is part of the state machine, and the copy is what goes on.
        _suspended = suspended;
        suspended.StateMachine = stateMachine;
        return suspended.MoveNext;
    }

    private abstract class Suspended : IValueTaskSource<TResult>
    {
        private ManualResetValueTaskSourceCore<TResult> _source;

        public ValueTask<TResult> Task => new(this, _source.Version);

        public void SetResult(TResult result) => _source.SetResult(result);

        public void SetException(Exception exception) => _source.SetException(exception);

        public TResult GetResult(short token)
        {
            try
            {
                return _source.GetResult(token);
            }
            finally
            {
                _source.Reset();
                Return();
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _source.OnCompleted(continuation, state, token, flags);

        protected abstract void Return();
    }

    private sealed class Suspended<TStateMachine> : Suspended
        where TStateMachine : IAsyncStateMachine
    {
        public TStateMachine StateMachine = default!;

        public Suspended() => MoveNext = () => StateMachine.MoveNext();

        public Action MoveNext { get; }

        protected override void Return()
        {
            StateMachine = default!;
            ThreadCache<Suspended<TStateMachine>>.Return(this);
        }
    }

    private sealed class Faulted : Suspended
    {
        protected override void Return()
        {
        }
    }
}
