namespace UwsgiIt.Router.Transport;

/// <summary>
/// Where one waiter and the loop meet without a lock. Events set it; a waiter takes it before each system call, so that an event which
/// comes during the call is not lost.
/// </summary>
internal struct ReadySignal
{
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Waiting = 2;

    private int _state;

    /// <summary>True when something changed since last time; does not take it.</summary>
    public readonly bool IsSet => Volatile.Read(in _state) == Ready;

    /// <summary>Something changed. True when somebody was waiting, who is then to be run by the caller.</summary>
    public bool Set() => Interlocked.Exchange(ref _state, Ready) == Waiting;

    /// <summary>True when something changed since last time.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Idle, Ready) == Ready;

    /// <summary>Begins to wait; false when something changed meanwhile.</summary>
    public bool TryWait() => Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle;

    /// <summary>Ends a wait from outside; false when the loop was faster or nobody waits.</summary>
    public bool TryRelease() => Interlocked.CompareExchange(ref _state, Ready, Waiting) == Waiting;
}
