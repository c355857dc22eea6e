using System.Runtime.CompilerServices;

namespace UwsgiIt.Router.Transport;

/// <summary>Awaited to go on on a loop: at once when that is where we are.</summary>
internal readonly struct LoopEntry(EventLoop loop) : ICriticalNotifyCompletion
{
    public bool IsCompleted => EventLoop.Current == loop;

    public LoopEntry GetAwaiter() => this;

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => loop.Schedule(static state => ((Action)state!)(), continuation);

    public void GetResult()
    {
    }
}
