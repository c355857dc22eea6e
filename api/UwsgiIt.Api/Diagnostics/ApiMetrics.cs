using System.Diagnostics.Metrics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Diagnostics;

/// <summary>The api's instruments, beside the framework's of its requests. Tags are of bounded variety: a server, never a customer.</summary>
internal sealed class ApiMetrics
{
    public const string MeterName = "UwsgiIt.Api";

    private readonly Counter<long> _failedLogins;
    private readonly Counter<long> _points;
    private readonly UpDownCounter<long> _followers;

    public ApiMetrics(IMeterFactory meterFactory, ApiContextFactory factory)
    {
        var meter = meterFactory.Create(MeterName);
        _failedLogins = meter.CreateCounter<long>("uwsgiit.api.logins.failed", "{login}", "Logins refused for a wrong name, password, token or key.");
        _points = meter.CreateCounter<long>("uwsgiit.api.metrics.points", "{point}", "Measurements of hosts that were stored.");
        _followers = meter.CreateUpDownCounter<long>("uwsgiit.api.feed.followers", "{connection}", "Connections that follow the feed.");
        meter.CreateObservableGauge("uwsgiit.api.feed.version", () => Read(factory, static db => db.Changes.Max(static row => (long?)row.Version) ?? 0), "{version}", "Newest version of the feed.");
        meter.CreateObservableGauge("uwsgiit.api.hosts.version", () => Hosts(factory), "{version}", "Version of the feed that a server's agent said to be live.");
    }

    public void LoginFailed() => _failedLogins.Add(1);

    public void PointsStored(int count) => _points.Add(count);

    /// <summary>+1 for a follower that came, -1 for one that left.</summary>
    public void Followers(int change) => _followers.Add(change);

    private static List<Measurement<long>> Hosts(ApiContextFactory factory) => Read(factory, static db => db.Servers.Select(static row => new { row.Name, row.ContainerdVersion, row.RouterVersion }).ToList())
        .SelectMany(static row => new[] { Of(row.ContainerdVersion, row.Name, "containerd"), Of(row.RouterVersion, row.Name, "router") }).ToList();

    private static Measurement<long> Of(long version, string server, string agent) => new(version, new KeyValuePair<string, object?>("server", server), new KeyValuePair<string, object?>("agent", agent));

    private static T Read<T>(ApiContextFactory factory, Func<ApiContext, T> look)
    {
        using var db = factory.CreateForEveryone();
        return look(db);
    }
}
