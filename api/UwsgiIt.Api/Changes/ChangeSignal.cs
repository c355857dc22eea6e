namespace UwsgiIt.Api.Changes;

/// <summary>Wakes who waits for the feed when this process has committed a change. Changes of other processes are found by looking.</summary>
internal sealed class ChangeSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes with the next change; take it before looking, so that none is missed between.</summary>
    public Task Next => _next.Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
