using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>What holds for packets whichever data plane moves them; each plane runs these cases.</summary>
public abstract class ConformanceTests(LabFixture fixture)
{
    private protected static ContainerPolicy Of(int uid, params int[] links) => new() { Uid = uid, Links = links };

    private IDataPlane Plane => fixture.Lab.Plane;

    private Probe this[int uid] => fixture.Probes[uid];

    private Probe Outside => fixture.Outside;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Link_NeedsBothSidesConsent(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001), Of(30003, 30001), Of(30254));
        this[30001].Expect(DropCause.None, Plane, this[30002], isV6);
        this[30002].Expect(DropCause.None, Plane, this[30001], isV6);
        this[30003].Expect(DropCause.DeniedIn, Plane, this[30001], isV6);
        this[30001].Expect(DropCause.DeniedOut, Plane, this[30003], isV6);

        // Offset 256: the original's wrong masks let these through (D6).
        this[30254].Expect(DropCause.DeniedOut, Plane, this[30001], isV6);
        this[30001].Expect(DropCause.DeniedOut, Plane, this[30254], isV6);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Default_IsOutsideAndNotOneAnother(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001), Of(30002));
        this[30001].Expect(DropCause.None, Plane, Outside, isV6);
        Outside.Expect(DropCause.None, Plane, this[30001], isV6);
        this[30001].Expect(DropCause.DeniedOut, Plane, this[30002], isV6);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dmz_ReachesItsLinksOnly(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002) with { Dmz = true, Rules = ["out any any allow", "in any any allow"] }, Of(30002, 30001));
        this[30001].Expect(DropCause.None, Plane, this[30002], isV6);
        this[30001].Expect(DropCause.DeniedOut, Plane, Outside, isV6);
        Outside.Expect(DropCause.DeniedIn, Plane, this[30001], isV6);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Source_MustBeOnesOwn(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001), Of(30003));
        this[30003].Expect(DropCause.Spoofed, Plane, this[30002], isV6, isV6 ? this[30001].V6 : this[30001].V4);
        this[30003].Expect(DropCause.Spoofed, Plane, Outside, isV6, isV6 ? IPAddress.Parse("2001:db8:7::7") : IPAddress.Parse("203.0.113.7"));

        // From outside, as one who is linked.
        Outside.Expect(DropCause.Spoofed, Plane, this[30002], isV6, isV6 ? this[30001].V6 : this[30001].V4);
    }

    [SkippableFact]
    public void Rules_FirstMatchWins()
    {
        fixture.Begin();
        fixture.Set(Of(30001) with { Rules = ["in 192.0.2.2 any allow", "in 192.0.2.0/24 any deny", "in 198.51.100.0/24 any deny", "in 198.51.100.9 any allow", "out any 192.0.2.2 deny"] });
        Outside.Expect(DropCause.None, Plane, this[30001]);
        Outside.Expect(DropCause.DeniedIn, Plane, this[30001], source: IPAddress.Parse("192.0.2.3"));
        Outside.Expect(DropCause.DeniedIn, Plane, this[30001], source: IPAddress.Parse("198.51.100.9"));
        Outside.Expect(DropCause.None, Plane, this[30001], source: IPAddress.Parse("198.51.101.9"));
        this[30001].Expect(DropCause.DeniedOut, Plane, Outside);
    }

    [SkippableFact]
    public void Rules_CannotReopenTheBlock()
    {
        fixture.Begin();
        fixture.Set(Of(30001) with { Rules = ["in any any allow", "out any any allow"] }, Of(30002) with { Rules = ["in any any allow", "out any any allow"] });
        this[30001].Expect(DropCause.DeniedOut, Plane, this[30002]);
    }

    [SkippableFact]
    public void DenyByDefault_LeavesWhatIsAllowed()
    {
        fixture.Begin();
        fixture.Set(Of(30001) with { DenyByDefault = true, Rules = ["in 198.51.100.0/24 any allow"] });
        Outside.Expect(DropCause.DeniedIn, Plane, this[30001]);
        Outside.Expect(DropCause.None, Plane, this[30001], source: IPAddress.Parse("198.51.100.1"));
        this[30001].Expect(DropCause.DeniedOut, Plane, Outside);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replies_PassAfterTheirQuestion(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001) with { DenyByDefault = true, Rules = ["out any any allow", "in any any replies"] });
        Outside.Expect(DropCause.DeniedIn, Plane, this[30001], isV6, sourcePort: 7001, port: Probe.Port);
        this[30001].Expect(DropCause.None, Plane, Outside, isV6, sourcePort: Probe.Port, port: Probe.Port);
        Outside.Expect(DropCause.None, Plane, this[30001], isV6, sourcePort: Probe.Port, port: Probe.Port);
        Outside.Expect(DropCause.DeniedIn, Plane, this[30001], isV6, sourcePort: 7001, port: Probe.Port);
    }

    [SkippableFact]
    public void HostRules_ComeBeforeTheContainers()
    {
        fixture.Begin();
        fixture.SetHost(new HostPolicy { Rules = ["in 198.51.100.0/24 any deny", "out any 203.0.113.0/24 deny"] });
        try
        {
            fixture.Set(Of(30001) with { Rules = ["in any any allow"] });
            Outside.Expect(DropCause.DeniedIn, Plane, this[30001], source: IPAddress.Parse("198.51.100.1"));
            Outside.Expect(DropCause.None, Plane, this[30001]);
        }
        finally
        {
            fixture.SetHost(new HostPolicy());
        }
    }

    /// <summary>Every length: the last address within is denied, the first behind is not.</summary>
    [SkippableFact]
    public void Prefix_OfEveryIPv4Length_HasExactEdges()
    {
        fixture.Begin();
        for (var length = 0; length <= 32; length++)
        {
            var prefix = IpPrefix.V4(0xB1505550, length);
            fixture.Set(Of(30001) with { Rules = [$"in {prefix} any deny"] });
            var last = length == 0 ? IPAddress.Parse("203.0.113.9") : Routable((uint)prefix.Last, down: true);
            Outside.Expect(DropCause.DeniedIn, Plane, this[30001], source: last);
            if (length > 1)
            {
                Outside.Expect(DropCause.None, Plane, this[30001], source: Routable((uint)prefix.Last + 1, down: false));
            }
        }
    }

    [SkippableFact]
    public void Prefix_OfIPv6Lengths_HasExactEdges()
    {
        fixture.Begin();
        foreach (var length in new[] { 3, 16, 31, 32, 33, 47, 48, 63, 64, 65, 96, 127, 128 })
        {
            var prefix = IpPrefix.V6(IpAddresses.ToNumber(IPAddress.Parse("2a00:1450:4001:81b::200e")), length);
            fixture.Set(Of(30001) with { Rules = [$"in {prefix} any deny"] });
            Outside.Expect(DropCause.DeniedIn, Plane, this[30001], isV6: true, source: IpAddresses.FromNumber(AddressFamilies.V6, prefix.Last));
            if (length > 3)
            {
                Outside.Expect(DropCause.None, Plane, this[30001], isV6: true, source: IpAddresses.FromNumber(AddressFamilies.V6, prefix.Last + 1));
            }
        }
    }

    [SkippableFact]
    public void Destination_ThatCannotBeRouted_IsDropped()
    {
        fixture.Begin();
        fixture.Set(Of(30001));
        foreach (var address in new[] { "169.254.169.254", "224.0.0.251", "255.255.255.255", "240.0.0.1" })
        {
            var before = Plane.Drops(DropCause.NotRoutable);
            this[30001].Send(PacketFactory.Udp(this[30001].V4, IPAddress.Parse(address), 1, 2, [0]));
            Eventually.True(() => Plane.Drops(DropCause.NotRoutable) > before, $"{Plane.Name}: to {address}");
        }
    }

    [SkippableFact]
    public void SourceRoute_IsDropped()
    {
        fixture.Begin();
        fixture.Set(Of(30001));
        var plain = PacketFactory.Udp(this[30001].V4, Outside.V4, 1, 9, [0]);
        byte[] packet = [.. plain.AsSpan(0, 20), 131, 7, 4, 192, 0, 2, 1, 0, .. plain.AsSpan(20)];
        packet[0] = 0x47;
        packet[3] += 8;
        PacketFactory.FixHeader(packet);
        var before = Plane.Drops(DropCause.SourceRoute);
        this[30001].Send(packet);
        Eventually.True(() => Plane.Drops(DropCause.SourceRoute) > before, $"{Plane.Name}: loose source route");
    }

    [SkippableFact]
    public void Fragments_AreDroppedUnlessTaken()
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001));
        var before = Plane.Drops(DropCause.Fragment);
        var whole = PacketFactory.Udp(this[30001].V4, this[30002].V4, 1, Probe.Port, new byte[64]);
        var first = PacketFactory.Ip(this[30001].V4, this[30002].V4, 17, whole.AsSpan(20, 32));
        first[6] = 0x20;
        PacketFactory.FixHeader(first);
        this[30001].Send(first);
        Eventually.True(() => Plane.Drops(DropCause.Fragment) > before, $"{Plane.Name}: a first fragment");

        // A datagram of three fragments, cut by the kernel and put together by the kernel, checksum and all.
        fixture.Set(Of(30001, 30002) with { AllowFragments = true }, Of(30002, 30001) with { AllowFragments = true });
        Transfer.Datagram(fixture.Lab[30001].Space, fixture.Lab[30002].Space, fixture.Lab[30002].V4, 4_000);
        Transfer.Datagram(fixture.Lab[30001].Space, fixture.Lab[30002].Space, fixture.Lab[30002].V6, 4_000);
    }

    [SkippableFact]
    public void Gateway_OffersItsServicesOnly()
    {
        fixture.Begin();
        fixture.Set(Of(30001));
        var gateway = IpAddresses.FromNumber(AddressFamilies.V4, AddressPlan.Default.Gateway4);
        var before = Plane.Drops(DropCause.DeniedOut);
        this[30001].Send(PacketFactory.Echo(this[30001].V4, gateway));
        Eventually.True(() => Plane.Drops(DropCause.DeniedOut) > before, $"{Plane.Name}: ping of the gateway");
        before = Plane.Drops(DropCause.DeniedOut);
        this[30001].Send(PacketFactory.Tcp(this[30001].V4, gateway, 1000, 22, 2));
        Eventually.True(() => Plane.Drops(DropCause.DeniedOut) > before, $"{Plane.Name}: ssh of the gateway");
        Transfer.Datagram(fixture.Lab[30001].Space, fixture.Lab.Host, gateway.ToString(), 100, 53);
    }

    /// <summary>Every word of the rule language, on either family.</summary>
    [SkippableTheory]
    [InlineData("in 192.0.2.2 any deny", false, DropCause.DeniedIn)]
    [InlineData("in 192.0.2.2/32 10.0.0.3 deny", false, DropCause.DeniedIn)]
    [InlineData("in 192.0.2.2 10.0.0.4 deny", false, DropCause.None)]
    [InlineData("in 0.0.0.0 0.0.0.0 deny", false, DropCause.DeniedIn)]
    [InlineData("in 0.0.0.0/0 any deny", false, DropCause.DeniedIn)]
    [InlineData("in 192.0.2.0/24 any gateway 203.0.113.5:999", false, DropCause.DeniedIn)]
    [InlineData("in 192.0.2.0/24 any route 203.0.113.5:999", false, DropCause.DeniedIn)]
    [InlineData("in 192.0.2.0/24 any allow", false, DropCause.None)]
    [InlineData("out 192.0.2.2 any deny", false, DropCause.None)]
    [InlineData("in 2001:db8::2 any deny", true, DropCause.DeniedIn)]
    [InlineData("in 2001:db8::/32 fd75:7773:6769::3 deny", true, DropCause.DeniedIn)]
    [InlineData("in 192.0.2.2 any deny", true, DropCause.None)]
    [InlineData("in any any deny", true, DropCause.DeniedIn)]
    public void Rule_OfEveryForm_DecidesAsItSays(string rule, bool isV6, DropCause expected)
    {
        fixture.Begin();
        fixture.Set(Of(30001) with { Rules = [rule] });
        Outside.Expect(expected, Plane, this[30001], isV6);
    }

    /// <summary>Pings are packets like others; an error passes as a reply when it quotes what the container sent, and not by itself.</summary>
    [SkippableFact]
    public void Icmp_IsJudgedByTheSameRules()
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002) with { DenyByDefault = true, Rules = ["out any any allow", "in any any replies"] }, Of(30002, 30001), Of(30003));
        foreach (var address in new[] { fixture.Lab[30002].V4, fixture.Lab[30002].V6, Lab.OutsideV4 })
        {
            Command.Run(fixture.Lab[30001].Space, "ping", "-c", "1", "-W", "30", address);
        }

        var before = Plane.Drops(DropCause.DeniedOut);
        this[30003].Send(PacketFactory.Echo(this[30003].V4, this[30001].V4));
        Eventually.True(() => Plane.Drops(DropCause.DeniedOut) > before, $"{Plane.Name}: ping of one who is not linked");

        // Nobody listens there, which the one outside says.
        using var socket = fixture.Lab[30001].Space.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Connect(IPAddress.Parse(Lab.OutsideV4), 7);
        Eventually.True(() => IsRefused(socket), $"{Plane.Name}: the error reaches who sent");
        before = Plane.Drops(DropCause.DeniedIn);
        var quoted = PacketFactory.Udp(this[30001].V4, Outside.V4, 4_321, 4_321, []);
        Outside.Send(PacketFactory.Ip(Outside.V4, this[30001].V4, 1, [3, 3, 0xfc, 0xfc, 0, 0, 0, 0, .. quoted]));
        Eventually.True(() => Plane.Drops(DropCause.DeniedIn) > before, $"{Plane.Name}: an error about nothing");
    }

    /// <summary>IPv6 extension headers hide nothing: what is behind them is judged, and a route or a fragment among them is one.</summary>
    [SkippableFact]
    public void ExtensionHeaders_HideNothing()
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001), Of(30003));
        byte[] options = [60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0];
        this[30001].Expect(DropCause.None, Plane, this[30002], isV6: true, extensions: options);
        this[30003].Expect(DropCause.DeniedOut, Plane, this[30002], isV6: true, extensions: options);
        this[30003].Expect(DropCause.Spoofed, Plane, this[30002], isV6: true, source: this[30001].V6, extensions: options);

        // Hop-by-hop options, then a route of type 0 with one address; then a fragment that is the whole.
        this[30001].Expect(DropCause.SourceRoute, Plane, this[30002], isV6: true, extensions: [43, 0, 1, 4, 0, 0, 0, 0, 17, 2, 0, 1, 0, 0, 0, 0, .. this[30002].V6.GetAddressBytes()]);
        this[30001].Expect(DropCause.Fragment, Plane, this[30002], isV6: true, extensions: [44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 7]);
    }

    /// <summary>A packet of the whole MTU, to a container and outside, and one byte below.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packet_OfTheWholeMtu_Passes(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001));
        for (var size = 1_499; size <= 1_500; size++)
        {
            var padding = size - (isV6 ? 48 : 28) - 8;
            this[30001].Expect(DropCause.None, Plane, this[30002], isV6, padding: padding);
            this[30001].Expect(DropCause.None, Plane, Outside, isV6, padding: padding);
            Outside.Expect(DropCause.None, Plane, this[30001], isV6, padding: padding);
        }
    }

    /// <summary>A container's bandwidth holds its stream up; the stream comes through whole.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bandwidth_IsLimited(bool isOut)
    {
        const long Rate = 4 << 20;
        fixture.Begin();
        fixture.Set(isOut ? Of(30001, 30002) with { OutBytesPerSecond = Rate } : Of(30001, 30002), isOut ? Of(30002, 30001) : Of(30002, 30001) with { InBytesPerSecond = Rate });
        var start = Stopwatch.GetTimestamp();
        Transfer.Stream(fixture.Lab[30001].Space, fixture.Lab[30002].Space, fixture.Lab[30002].V4, (int)(3 * Rate));

        // Three seconds' worth less the bucket's depth, which is more than a second's with nftables; only the lower bound, for the machine may be slow.
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds > 1.5, $"{3 * Rate} bytes in {Stopwatch.GetElapsedTime(start)}");
        fixture.Set(Of(30001), Of(30002));
    }

    /// <summary>Connections above a container's number a second are dropped; below it they are not.</summary>
    [SkippableFact]
    public void Flood_OfNewFlowsIsDropped()
    {
        fixture.Begin();
        fixture.Set(Of(30001) with { NewFlowsPerSecond = 20 });
        this[30001].Expect(DropCause.None, Plane, Outside, sourcePort: 40_001);
        var (before, port) = (Plane.Drops(DropCause.Flood), 1);
        Eventually.True(
            () =>
            {
                // Fewer than a device's queue has room for, and never a port beyond the last.
                for (var i = 0; i < 400; i++, port = (port % 60_000) + 1)
                {
                    this[30001].Send(PacketFactory.Tcp(this[30001].V4, Outside.V4, port, 80, 2));
                }

                return Plane.Drops(DropCause.Flood) - before >= 300;
            },
            $"{Plane.Name}: most of many connections at once are too many for 20 a second");
        fixture.Set(Of(30001));

        // Nothing of it is on its way any more when the next case counts: these are behind it, whichever queue they take.
        for (var i = 0; i < 16; i++)
        {
            this[30001].Expect(DropCause.None, Plane, Outside, sourcePort: 41_000 + i);
        }
    }

    /// <summary>A stream crosses in segments far longer than the MTU and comes out right, also where the other end can do nothing for itself.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stream_ArrivesUnchanged(bool isV6)
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001));
        var (one, two) = (fixture.Lab[30001], fixture.Lab[30002]);
        Transfer.Stream(one.Space, two.Space, isV6 ? two.V6 : two.V4, 16 << 20);
        Transfer.Stream(one.Space, fixture.Lab.Outside, isV6 ? Lab.OutsideV6 : Lab.OutsideV4, 16 << 20);
        Transfer.Stream(fixture.Lab.Outside, one.Space, isV6 ? one.V6 : one.V4, 16 << 20);
    }

    /// <summary>Policies change many times under a running stream: it goes on, and nothing of it is denied.</summary>
    [SkippableFact]
    public void Policies_ChangeUnderARunningStream()
    {
        fixture.Begin();
        fixture.Set(Of(30001, 30002), Of(30002, 30001));
        var (one, two) = (fixture.Lab[30001], fixture.Lab[30002]);
        var denied = Plane.Drops(DropCause.DeniedIn) + Plane.Drops(DropCause.DeniedOut);
        Transfer.Stream(one.Space, two.Space, two.V4, 32 << 20, whileRunning: turn =>
        {
            fixture.Set(Of(30001, 30002) with { Rules = [$"in 198.51.100.{turn % 200} any deny"] }, Of(30002, 30001), Of(30003, 30001));
        });
        Assert.Equal(denied, Plane.Drops(DropCause.DeniedIn) + Plane.Drops(DropCause.DeniedOut));
    }

    private static bool IsRefused(Socket socket)
    {
        try
        {
            socket.Send([1]);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }

    // Addresses a packet may come from: not within the containers' block, loopback, multicast.
    private static IPAddress Routable(uint address, bool down)
    {
        while (address >> 24 is 0 or 10 or 127 or >= 224)
        {
            address = down ? (address & 0xff000000) - 1 : (address | 0x00ffffff) + 1;
        }

        return IpAddresses.FromNumber(AddressFamilies.V4, address);
    }
}
