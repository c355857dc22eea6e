using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Limits;

namespace UwsgiIt.Tuntap.Tests.Limits;

public sealed class FlowTableTests
{
    private static ulong Key(int number) => FlowTable.Key(IpProtocols.Udp, (UInt128)number, 1, 2);

    [Fact]
    public void Refresh_KnowsWhatIsFresh()
    {
        var flows = new FlowTable();
        Assert.False(flows.Refresh(Key(1), IpProtocols.Udp, 10));
        flows.Remember(Key(1), 10);
        Assert.True(flows.Refresh(Key(1), IpProtocols.Udp, 10 + FlowTable.OtherIdleSeconds));
        Assert.False(flows.Refresh(Key(1), IpProtocols.Udp, 11 + (2 * FlowTable.OtherIdleSeconds)));
        Assert.True(flows.Refresh(Key(1), IpProtocols.Tcp, 11 + (2 * FlowTable.OtherIdleSeconds)));
    }

    /// <summary>Bounded: a flood of flows forgets the oldest, and the last thousand are still known.</summary>
    [Fact]
    public void Remember_OfAFlood_KeepsTheNewest()
    {
        var flows = new FlowTable();
        for (var i = 0; i < 200_000; i++)
        {
            flows.Remember(Key(i), (uint)(i / 1000));
        }

        var known = Enumerable.Range(199_000, 1000).Count(i => flows.Refresh(Key(i), IpProtocols.Tcp, 200));
        Assert.True(known > 950, $"{known} of the last 1000 are known");
        Assert.True(Enumerable.Range(0, 1000).Count(i => flows.Refresh(Key(i), IpProtocols.Tcp, 200)) < 50);
    }

    [Fact]
    public void Key_OfBothDirections_IsOne()
    {
        var sent = new FrameFacts { Protocol = 6, Source = 1, Destination = 2, SourcePort = 3, DestinationPort = 4 };
        var answer = new FrameFacts { Protocol = 6, Source = 2, Destination = 1, SourcePort = 4, DestinationPort = 3 };
        Assert.Equal(FlowTable.Key(sent, isOut: true), FlowTable.Key(answer, isOut: false));
        Assert.NotEqual(FlowTable.Key(sent, isOut: true), FlowTable.Key(sent, isOut: false));
    }
}
