using System.Collections.Concurrent;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// Ends connections whose deadline has passed. A request only writes a number; no timer is made per request or per read. Deadlines are
/// checked four times a second, so they are that coarse.
/// </summary>
internal sealed class UpstreamDeadlines : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<UpstreamConnection, byte> _connections = new(ReferenceEqualityComparer.Instance as IEqualityComparer<UpstreamConnection>);

    public void Add(UpstreamConnection connection) => _connections.TryAdd(connection, 0);

    public void Remove(UpstreamConnection connection) => _connections.TryRemove(connection, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = Environment.TickCount64;
            foreach (var (connection, _) in _connections)
            {
                if (connection.Deadline < now)
                {
                    // Kestrel's rate gives a client that was fast before credit for minutes.
                    connection.WaitsFor?.Abort();
                    connection.Abort(timedOut: true);
                    _connections.TryRemove(connection, out _);
                }
            }
        }
    }
}
