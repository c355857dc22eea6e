using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Agents;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Tests.Agents;

public sealed class NameCountsTests
{
    [Fact]
    public void Look_AddsUpByContainer_AndForgetsNoRequestWhenANodeLeaves()
    {
        var counts = new NameCounts();
        var slot = new Slot("www.example.com:8080/x", BalancingAlgorithm.WeightedRoundRobin);
        var (first, second, stranger) = (NodeOf(30_001), NodeOf(30_001), NodeOf(0));
        slot.ReplaceNodes([first, second, stranger]);
        Serve(first, 3);
        Serve(second, 2);
        Serve(stranger, 9);
        Assert.Equal([("www.example.com", 30_001u, 0, 5L)], counts.Look([slot]));

        // Not acknowledged: told again, and more.
        Serve(first, 1);
        Assert.Equal([("www.example.com", 30_001u, 0, 6L)], counts.Look([slot]));
        counts.Sent();
        Assert.Empty(counts.Look([slot]));

        // One node leaves, another container's comes.
        var other = NodeOf(30_002);
        slot.ReplaceNodes([second, other]);
        Serve(second, 1);
        Serve(other, 4);
        Assert.Equal([("www.example.com", 30_001u, 0, 7L), ("www.example.com", 30_002u, 0, 4L)], counts.Look([slot]).OrderBy(static hit => hit.Uid));
    }

    [Fact]
    public void Look_HasEverySeriesThatGrew()
    {
        var counts = new NameCounts();
        var slot = new Slot("www.example.com", BalancingAlgorithm.WeightedRoundRobin);
        var node = NodeOf(30_001);
        node.Upstream = UpstreamOf("127.0.0.1:1");
        slot.ReplaceNodes([node]);
        node.CountAnswer(200, 3);
        node.CountAnswer(204, 30);
        node.CountAnswer(404, 20_000);
        node.CountAnswer(0, 1);
        node.Upstream.AddSent(10);
        node.Upstream.AddReceived(1000);
        Assert.Equal(
            new Dictionary<string, long>
            {
                ["domain.net.rx"] = 10, ["domain.net.tx"] = 1000, ["domain.status.2xx"] = 2, ["domain.status.4xx"] = 1,
                ["domain.latency.5ms"] = 1, ["domain.latency.25ms"] = 1, ["domain.latency.100ms"] = 2, ["domain.latency.500ms"] = 2, ["domain.latency.2500ms"] = 2, ["domain.latency.10s"] = 2,
            },
            counts.Look([slot]).ToDictionary(static count => NameMetrics.Names[count.Metric], static count => count.Value));

        // Another upstream counts from nothing: the total goes on.
        node.Upstream = UpstreamOf("127.0.0.1:2");
        node.Upstream.AddSent(4);
        Assert.Contains(counts.Look([slot]), static count => (NameMetrics.Names[count.Metric], count.Value) == ("domain.net.rx", 14));
    }

    private static Upstream UpstreamOf(string text)
    {
        Assert.True(UpstreamAddress.TryParse(text, out var address));
        return new Upstream(address, UpstreamProtocol.Http);
    }

    private static Node NodeOf(uint uid) => new() { Sender = new SenderCredentials(1, uid, uid) };

    private static void Serve(Node node, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            node.BeginRequest();
            node.EndRequest();
        }
    }
}
