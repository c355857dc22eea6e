using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Tests.Subscriptions;

public sealed class NodeTests
{
    [Fact]
    public void Eject_InARow_DoublesUpToTheLongest_AndASuccessBeginsAnew()
    {
        var node = MakeNode();
        foreach (var expected in new[] { 10, 20, 40, 60, 60 })
        {
            Assert.InRange(EjectedSeconds(node), expected - 1, expected + 30);
            Assert.False(node.IsLive);
        }

        node.CountFailure();
        node.CountSuccess();
        Assert.InRange(EjectedSeconds(node), 9, 19);
    }

    [Fact]
    public void Draining_LastsAsLongAsAnybodyWantsIt()
    {
        var node = MakeNode();
        Assert.True(node.IsLive);
        node.SetDraining(DrainReasons.Operator, true);
        node.SetDraining(DrainReasons.Announce, true);
        node.SetDraining(DrainReasons.Configuration, false);
        Assert.Equal(DrainReasons.Operator | DrainReasons.Announce, node.Draining);
        node.SetDraining(DrainReasons.Operator, false);
        Assert.False(node.IsLive);
        node.SetDraining(DrainReasons.Announce, false);
        Assert.True(node.IsLive);
    }

    private static Node MakeNode()
    {
        Assert.True(UpstreamAddress.TryParse("127.0.0.1:3000", out var address));
        return new Node { Upstream = new Upstream(address, UpstreamProtocol.Uwsgi) };
    }

    private static double EjectedSeconds(Node node)
    {
        var now = Environment.TickCount64;
        node.Eject(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));
        return (node.LiveSince - now) / 1000.0;
    }
}
