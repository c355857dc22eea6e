using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// Ends connections whose deadline has passed, but for a client that is slow and steady. A request only writes a number; no timer is made per request or per read. Deadlines are
/// checked four times a second, so they are that coarse.
/// </summary>
internal sealed class UpstreamDeadlines(IOptions<LimitsOptions> limits) : BackgroundService
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
                var deadline = connection.Deadline;
                var client = connection.WaitsFor;
                if (deadline >= now)
                {
                    if (client is not null)
                    {
                        connection.ClientWait.Look(connection.Client, deadline, now);
                    }
                }
                else if (client is null || now >= connection.EndBy || !connection.ClientWait.TryRenew(connection.Client, deadline, now, limits.Value.MinResponseRate, out var next) || !connection.TryPostpone(deadline, next))
                {
                    client?.Abort();
                    connection.Abort(timedOut: true);
                    _connections.TryRemove(connection, out _);
                }
            }
        }
    }
}
