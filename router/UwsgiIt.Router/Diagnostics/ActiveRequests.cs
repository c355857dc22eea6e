namespace UwsgiIt.Router.Diagnostics;

/// <summary>Requests being served, upgraded connections included.</summary>
internal sealed class ActiveRequests
{
    private int _count;

    public ActiveRequests(RouterMetrics metrics) =>
        metrics.Meter.CreateObservableGauge("uwsgiit.router.requests.active", () => Count, "{request}", "Requests being served, upgraded connections included.");

    public int Count => Volatile.Read(ref _count);

    public void Begin() => Interlocked.Increment(ref _count);

    public void End() => Interlocked.Decrement(ref _count);
}
