using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Tests.Routing;

public sealed class PacketJudgeTests
{
    private static ContainerPolicy Of(int uid, params int[] links) => new() { Uid = uid, Links = links };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Link_NeedsBothSidesConsent(bool isV6)
    {
        var world = new World(Of(30001, 30002), Of(30002, 30001), Of(30003, 30001), Of(30254));
        Assert.Equal(DropCause.None, world.Udp(30001, 30002, isV6));
        Assert.Equal(DropCause.None, world.Udp(30002, 30001, isV6));

        // Linked on the side of 30003 only.
        Assert.Equal(DropCause.DeniedIn, world.Udp(30003, 30001, isV6));
        Assert.Equal(DropCause.DeniedOut, world.Udp(30001, 30003, isV6));

        // Offset 256: the original's wrong masks let it through (D6).
        Assert.Equal(DropCause.DeniedOut, world.Udp(30254, 30001, isV6));
        Assert.Equal(DropCause.DeniedOut, world.Udp(30001, 30254, isV6));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dmz_ReachesItsLinksOnly(bool isV6)
    {
        var world = new World(Of(30001, 30002) with { Dmz = true, Rules = ["out any any allow", "in any any allow"] }, Of(30002, 30001));
        Assert.Equal(DropCause.None, world.Udp(30001, 30002, isV6));
        Assert.Equal(DropCause.DeniedOut, world.Udp(30001, 0, isV6));
        Assert.Equal(DropCause.DeniedIn, world.Udp(0, 30001, isV6));
        Assert.Equal(DropCause.None, world.Udp(30002, 0, isV6));
        Assert.Equal(DropCause.None, world.Udp(0, 30002, isV6));
    }

    [Fact]
    public void Rules_CannotReopenTheBlock()
    {
        var world = new World(Of(30001) with { Rules = ["out any any allow", "in any any allow"] }, Of(30002) with { Rules = ["out any any allow", "in any any allow"] });
        Assert.Equal(DropCause.DeniedOut, world.Udp(30001, 30002));
    }

    [Fact]
    public void Gateway_OffersItsServicesOnly()
    {
        var world = new World(Of(30001));
        var (own, _) = TestFrames.Of(30001);
        var gateway = world.Host.Plan.Gateway4;
        Assert.Equal(DropCause.None, world.Decide(30001, TestFrames.V4(own, gateway, 17, TestFrames.Udp(4000, 53))).Cause);
        Assert.Equal(DropCause.None, world.Decide(30001, TestFrames.V4(own, gateway, 6, TestFrames.Tcp(4000, 53, 2))).Cause);
        Assert.Equal(DropCause.None, world.Decide(0, TestFrames.V4(gateway, own, 17, TestFrames.Udp(53, 4000))).Cause);
        Assert.Equal(DropCause.DeniedOut, world.Decide(30001, TestFrames.V4(own, gateway, 17, TestFrames.Udp(4000, 54))).Cause);
        Assert.Equal(DropCause.DeniedOut, world.Decide(30001, TestFrames.V4(own, gateway, 1, [8, 0, 0, 0, 0, 0, 0, 0])).Cause);
        Assert.Equal(DropCause.DeniedIn, world.Decide(0, TestFrames.V4(gateway, own, 17, TestFrames.Udp(54, 4000))).Cause);
    }

    [Fact]
    public void Source_MustBeTheSendersOwn()
    {
        var world = new World(Of(30001, 30002), Of(30002, 30001));
        var (own, own6) = TestFrames.Of(30001);
        var (linked, linked6) = TestFrames.Of(30002);
        Assert.Equal(DropCause.Spoofed, world.Decide(30001, TestFrames.V4(World.Outside4, linked, 17, TestFrames.Udp(1, 2))).Cause);
        Assert.Equal(DropCause.Spoofed, world.Decide(30001, TestFrames.V4(linked, World.Outside4, 17, TestFrames.Udp(1, 2))).Cause);
        Assert.Equal(DropCause.Spoofed, world.Decide(30001, TestFrames.V6(linked6, World.Outside6, 17, TestFrames.Udp(1, 2))).Cause);
        Assert.Equal(DropCause.Spoofed, world.Decide(0, TestFrames.V4(linked, own, 17, TestFrames.Udp(1, 2))).Cause);
        Assert.Equal(DropCause.Spoofed, world.Decide(0, TestFrames.V6(linked6, own6, 17, TestFrames.Udp(1, 2))).Cause);
    }

    [Fact]
    public void Remote_IsReachedThroughItsRouterAndAcceptedFromThereOnly()
    {
        var world = new World(new HostPolicy { Remotes = new Dictionary<int, string> { [30500] = "198.51.100.9:999" } }, Of(30001, 30500), Of(30002));
        var (own, _) = TestFrames.Of(30001);
        var remote = world.Host.Plan.V4(30500);
        var there = System.Net.IPEndPoint.Parse("198.51.100.9:999");
        Assert.Equal(there, world.Decide(30001, TestFrames.V4(own, remote, 17, TestFrames.Udp(1, 2))).Router);

        DropCause Arrive(uint source, uint destination, string router)
        {
            var packet = TestFrames.V4(source, destination, 17, TestFrames.Udp(1, 2));
            Assert.Equal(DropCause.None, FrameReader.Read(packet, out var facts));
            return PacketJudge.FromTunnel(world.Table, System.Net.IPEndPoint.Parse(router), facts, packet, 0).Cause;
        }

        Assert.Equal(DropCause.None, Arrive(remote, own, "198.51.100.9:999"));
        Assert.Equal(DropCause.Spoofed, Arrive(remote, own, "198.51.100.10:999"));
        Assert.Equal(DropCause.Spoofed, Arrive(World.Outside4, own, "198.51.100.9:999"));
        Assert.Equal(DropCause.Spoofed, Arrive(world.Host.Plan.V4(30002), own, "198.51.100.9:999"));

        // The receiving side's own rules hold (D8).
        Assert.Equal(DropCause.DeniedIn, Arrive(remote, world.Host.Plan.V4(30002), "198.51.100.9:999"));
    }

    /// <summary>The original's order: links, those to other servers too, then the block denied both ways, then the rules, which re-open nothing of it.</summary>
    [Fact]
    public void CrossServerLink_IsNotShadowedByTheDeniedBlock()
    {
        string[] rules = ["in 10.0.1.246/32 10.0.0.3/32 allow", "out 10.0.0.3/32 10.0.1.246/32 gateway 198.51.100.9:999"];
        var remotes = new HostPolicy { Remotes = new Dictionary<int, string> { [30500] = "198.51.100.9:999" } };
        foreach (var isLinked in new[] { true, false })
        {
            var world = new World(remotes, Of(30001, isLinked ? [30500] : []) with { Rules = rules });
            var (own, remote) = (world.Host.Plan.V4(30001), world.Host.Plan.V4(30500));
            var sent = world.Decide(30001, TestFrames.V4(own, remote, 17, TestFrames.Udp(1, 2)));
            Assert.Equal(isLinked ? System.Net.IPEndPoint.Parse("198.51.100.9:999") : null, sent.Router);
            Assert.Equal(isLinked ? DropCause.None : DropCause.DeniedOut, sent.Cause);
            FrameReader.Read(TestFrames.V4(remote, own, 17, TestFrames.Udp(1, 2)), out var facts);
            Assert.Equal(isLinked ? DropCause.None : DropCause.DeniedIn, PacketJudge.FromTunnel(world.Table, System.Net.IPEndPoint.Parse("198.51.100.9:999"), facts, [], 0).Cause);
        }
    }

    [Fact]
    public void Replies_PassAfterTheirQuestionAndWhileItIsFresh()
    {
        var world = new World(Of(30001) with { DenyByDefault = true, Rules = ["in any any replies", "out any any allow"] });
        const long Second = 1_000_000_000;
        byte[] Answer(ushort port) => TestFrames.V4(World.Outside4, world.Host.Plan.V4(30001), 17, TestFrames.Udp(9, port));
        Assert.Equal(DropCause.DeniedIn, world.Decide(0, Answer(7)).Cause);
        Assert.Equal(DropCause.None, world.Udp(30001, 0, now: Second));
        Assert.Equal(DropCause.None, world.Decide(0, Answer(7), 2 * Second).Cause);
        Assert.Equal(DropCause.DeniedIn, world.Decide(0, Answer(8), 2 * Second).Cause);
        Assert.Equal(DropCause.DeniedIn, world.Decide(0, Answer(7), 200 * Second).Cause);
    }

    [Fact]
    public void Replies_IncludeErrorsAboutWhatWasSent()
    {
        var world = new World(Of(30001) with { DenyByDefault = true, Rules = ["in any any replies", "out any any allow"] });
        var (own, own6) = TestFrames.Of(30001);
        var sent = TestFrames.V4(own, World.Outside4, 6, TestFrames.Tcp(40000, 443, 2));
        var sent6 = TestFrames.V6(own6, World.Outside6, 17, TestFrames.Udp(40000, 443));
        byte[] Error(byte[] quoted) => TestFrames.V4(World.Outside4 + 1, own, 1, TestFrames.Error(false, quoted));
        Assert.Equal(DropCause.DeniedIn, world.Decide(0, Error(sent)).Cause);
        Assert.Equal(DropCause.None, world.Decide(30001, sent).Cause);
        Assert.Equal(DropCause.None, world.Decide(30001, sent6).Cause);
        Assert.Equal(DropCause.None, world.Decide(0, Error(sent)).Cause);
        Assert.Equal(DropCause.None, world.Decide(0, TestFrames.V6(World.Outside6 + 1, own6, 58, TestFrames.Error(true, sent6))).Cause);
        Assert.Equal(DropCause.DeniedIn, world.Decide(0, Error(TestFrames.V4(own, World.Outside4, 6, TestFrames.Tcp(40001, 443, 2)))).Cause);
    }

    [Fact]
    public void NewFlows_AreLimitedAndOldOnesGoOn()
    {
        var world = new World(Of(30001) with { NewFlowsPerSecond = 5 });
        for (ushort port = 1; port <= 5; port++)
        {
            Assert.Equal(DropCause.None, world.Udp(30001, 0, port: port));
        }

        Assert.Equal(DropCause.Flood, world.Udp(30001, 0, port: 6));
        Assert.Equal(DropCause.None, world.Udp(30001, 0, port: 3));
        var syn = TestFrames.V4(world.Host.Plan.V4(30001), World.Outside4, 6, TestFrames.Tcp(1, 2, 2));
        Assert.Equal(DropCause.Flood, world.Decide(30001, syn).Cause);
        Assert.Equal(DropCause.None, world.Decide(30001, syn, now: 1_000_000_000).Cause);
    }

    [Fact]
    public void Rules_ChangeForTheNextPacket()
    {
        var world = new World(Of(30001, 30002), Of(30002, 30001));
        Assert.Equal(DropCause.None, world.Udp(30001, 30002));
        world.Apply(Of(30002));
        Assert.Equal(DropCause.DeniedIn, world.Udp(30001, 30002));
    }

    [Fact]
    public void Trace_NamesTheRuleOfEveryListAsked()
    {
        var world = new World(
            new HostPolicy { Rules = ["out any 192.0.2.0/24 allow"] },
            Of(30001, 30002) with { Rules = ["out any 192.0.2.7 deny"] },
            Of(30002));
        var trace = new DecisionTrace();
        world.Decide(30001, TestFrames.V4(world.Host.Plan.V4(30001), World.Outside4, 17, TestFrames.Udp(1, 2)), trace: trace);
        Assert.Equal(["host rule 1: out 0.0.0.0 192.0.2.0/24 allow", "container rule 1: out 0.0.0.0 192.0.2.7/32 deny"], trace.Steps);
        trace = new DecisionTrace();
        world.Decide(30001, TestFrames.V4(world.Host.Plan.V4(30001), world.Host.Plan.V4(30002), 17, TestFrames.Udp(1, 2)), trace: trace);
        Assert.Equal(["host default: out 0.0.0.0 0.0.0.0 allow", "link with 30002: out 0.0.0.0 10.0.0.4/32 allow", "containers are apart: in 10.0.0.0/8 0.0.0.0 deny"], trace.Steps);
    }

    /// <summary>Every kind of packet, thousands of rules: nothing is allocated.</summary>
    [Fact]
    public void Decide_AllocatesNothing()
    {
        var rules = Enumerable.Range(0, 2_000).Select(static i => $"in {IpPrefix.V4((uint)(i * 1_000_003), 8 + (i % 24))} any {(i % 3 == 0 ? "deny" : i % 3 == 1 ? "replies" : "allow")}").ToArray();
        var world = new World(new HostPolicy { Rules = ["in 192.0.2.7 any allow"] }, Of(30001, 30002) with { Rules = rules, NewFlowsPerSecond = 1_000 }, Of(30002, 30001));
        var random = new Random(1);
        List<UInt128> four = [world.Host.Plan.V4(30001), world.Host.Plan.V4(30002), World.Outside4, world.Host.Plan.Gateway4];
        List<UInt128> six = [world.Host.Plan.V6(30001), world.Host.Plan.V6(30002), World.Outside6];
        var packets = Enumerable.Range(0, 500).Select(_ => TestFrames.Random(random, four, six)).ToArray();
        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var packet in packets)
            {
                _ = world.Decide(30001, packet);
                _ = world.Decide(0, packet);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Measure();
        Assert.Equal(0, Measure());
    }
}
