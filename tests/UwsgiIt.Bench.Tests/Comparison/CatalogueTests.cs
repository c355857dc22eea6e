using UwsgiIt.Comparison;
using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Bench.Tests.Comparison;

/// <summary>What is promised of the router is what the suite holds it to; nobody weakens a target unseen.</summary>
public sealed class CatalogueTests
{
    [Theory]
    [InlineData("small-get", "CPU per request", "nginx", 0.8)]
    [InlineData("small-get", "CPU per request", "haproxy", 0.8)]
    [InlineData("small-get", "throughput", "nginx", 1)]
    [InlineData("small-get", "throughput", "haproxy", 1)]
    [InlineData("small-get", "p99 at half load", "nginx", 1)]
    [InlineData("small-get", "p99 at half load", "haproxy", 1)]
    [InlineData("small-get", "CPU per request", "yarp", 0.5)]
    [InlineData("uwsgi", "CPU per request", "uwsgi", 0.6)]
    [InlineData("uwsgi", "CPU per request", "nginx", 0.7)]
    [InlineData("get-1m", "bytes per CPU second", "nginx", 1)]
    [InlineData("tls", "CPU per request", "nginx", 1)]
    [InlineData("handshake-ecdsa", "CPU per request", "nginx", 1)]
    [InlineData("handshake-rsa", "CPU per request", "nginx", 1)]
    [InlineData("handshake-resumed", "CPU per request", "nginx", 1)]
    [InlineData("idle", "memory per connection", null, 8 * 1024)]
    [InlineData("idle-tls", "memory per connection", null, 40 * 1024)]
    [InlineData("sni-100k", "time to ready", null, 5)]
    [InlineData("sni-100k", "memory per name", null, 8 * 1024)]
    [InlineData("announces", "CPU of 10,000 renewals/s", null, 1)]
    [InlineData("announces", "renewals lost", null, 0)]
    [InlineData("junk", "renewals lost", null, 0)]
    [InlineData("junk", "p99 with junk over p99 without", null, 2)]
    [InlineData("reload", "failed requests", null, 0)]
    [InlineData("swap", "failed requests", null, 0)]
    public void Promise_IsHeldInItsScenario(string scenario, string metric, string? peer, double limit) =>
        Assert.Contains(Catalogue.All.Single(one => one.Name == scenario).Targets, target => target.Metric.Name == metric && target.Peer == peer && target.Limit == limit);

    [Fact]
    public void Row_OfAMissedTarget_SaysSo()
    {
        var target = new Target(Metric.Throughput, "nginx", 1);

        Assert.True(target.IsReached(1));
        Assert.False(target.IsReached(0.99));
        Assert.False((target with { Metric = Metric.CpuPerRequest }).IsReached(1.01));
    }
}
