using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Agents;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Tests.Agents;

public sealed class HitCountsTests
{
    [Fact]
    public void Look_AddsUpByContainer_AndForgetsNoRequestWhenANodeLeaves()
    {
        var counts = new HitCounts();
        var slot = new Slot("www.example.com:8080/x", BalancingAlgorithm.WeightedRoundRobin);
        var (first, second, stranger) = (NodeOf(30_001), NodeOf(30_001), NodeOf(0));
        slot.ReplaceNodes([first, second, stranger]);
        Serve(first, 3);
        Serve(second, 2);
        Serve(stranger, 9);
        Assert.Equal([("www.example.com", 30_001u, 5L)], counts.Look([slot]));

        // Not acknowledged: told again, and more.
        Serve(first, 1);
        Assert.Equal([("www.example.com", 30_001u, 6L)], counts.Look([slot]));
        counts.Sent();
        Assert.Empty(counts.Look([slot]));

        // One node leaves, another container's comes.
        var other = NodeOf(30_002);
        slot.ReplaceNodes([second, other]);
        Serve(second, 1);
        Serve(other, 4);
        Assert.Equal([("www.example.com", 30_001u, 7L), ("www.example.com", 30_002u, 4L)], counts.Look([slot]).OrderBy(static hit => hit.Uid));
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
