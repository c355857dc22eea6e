using System.Globalization;
using System.Net;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Tests.Routing;

/// <summary>The router against the <see cref="ReferenceRouter"/>: random policies, random packets, equal verdicts.</summary>
public sealed class RouterModelTests
{
    private const int FramesPerWorld = 2_500;

    private static readonly int[] Uids = [30001, 30002, 30003, 30252, 30254, 30255, 30300, 31024];

    [Fact]
    public void Decide_OfRandomFrames_AgreesWithTheReference()
    {
        var isLong = Environment.GetEnvironmentVariable("UWSGIIT_LONG") == "1";
        var worlds = isLong ? 480 : 24;
        var verdicts = new Dictionary<DropCause, int>();
        for (var world = 0; world < worlds; world++)
        {
            Compare(new Random(world), world, verdicts);
        }

        // A model that drops everything for one reason would prove nothing.
        DropCause[] expected = [DropCause.None, DropCause.Malformed, DropCause.UnknownVersion, DropCause.SourceRoute, DropCause.Fragment, DropCause.Spoofed, DropCause.NotRoutable, DropCause.DeniedOut, DropCause.DeniedIn, DropCause.Unreachable];
        foreach (var cause in expected)
        {
            Assert.True(verdicts.GetValueOrDefault(cause) > worlds, $"{cause} came only {verdicts.GetValueOrDefault(cause)} times");
        }

        Assert.Equal(worlds * FramesPerWorld, verdicts.Values.Sum());
    }

    private static void Compare(Random random, int world, Dictionary<DropCause, int> verdicts)
    {
        var addresses4 = Addresses(random, isV6: false);
        var addresses6 = Addresses(random, isV6: true);
        var hostPolicy = new HostPolicy
        {
            Rules = random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, random.Next(4)).Select(_ => Rule(random, addresses4, addresses6, isHost: true))],
            Remotes = new Dictionary<int, string> { [30500] = "198.51.100.9:999", [30600] = "kernel" },
        };
        var policies = Uids.Select(uid => new ContainerPolicy
        {
            Uid = uid,
            Links = [.. Uids.Append(30500).Append(30600).Where(other => other != uid && random.Next(2) == 0)],
            Dmz = random.Next(6) == 0,
            DenyByDefault = random.Next(5) == 0,
            AllowFragments = random.Next(2) == 0,
            Rules = [.. Enumerable.Range(0, random.Next(12)).Select(_ => Rule(random, addresses4, addresses6, isHost: false))],
        }).ToList();

        List<string> faults = [];
        var host = HostFirewall.TryCompile(hostPolicy, faults)!;
        Assert.Empty(faults);
        var peers = policies.ToDictionary(static policy => policy.Uid, policy =>
        {
            var peer = new Peer(policy.Uid, host.Plan.Offset(policy.Uid), 1);
            peer.Apply(ContainerFirewall.TryCompile(policy, host, faults)!);
            return peer;
        });
        Assert.Empty(faults);
        var table = new PeerTable(host, new Peer(Peer.GatewayUid, AddressPlan.GatewayOffset, 1), peers.Values);
        var reference = new ReferenceRouter(policies, hostPolicy);

        for (var i = 0; i < FramesPerWorld; i++)
        {
            var from = random.Next(4) == 0 ? 0 : Uids[random.Next(Uids.Length)];
            var packet = TestFrames.Random(random, Sources(addresses4, from, false), Sources(addresses6, from, true));
            var expected = reference.Decide(from, packet);
            var (cause, to) = Decide(from == 0 ? null : peers[from], table, packet);
            Assert.True(expected == (cause, to), $"world {world}, frame {i} from {from}: expected {expected}, got {(cause, to)}: {Convert.ToHexString(packet)}");
            verdicts[cause] = verdicts.GetValueOrDefault(cause) + 1;
        }
    }

    private static (DropCause Cause, string To) Decide(Peer? sender, PeerTable table, byte[] packet)
    {
        var cause = FrameReader.Read(packet, out var facts);
        if (cause != DropCause.None)
        {
            return (cause, "");
        }

        var verdict = sender is null ? PacketJudge.FromGateway(table, facts, packet, now: 0) : PacketJudge.FromContainer(sender, table, facts, packet, now: 0);
        var to = verdict.Router?.ToString() ?? verdict.Receiver?.Uid.ToString(CultureInfo.InvariantCulture) ?? "";
        return (verdict.Cause, verdict.Cause == DropCause.None ? to : "");
    }

    // The sender's own address more often than the others, or all would be spoofed.
    private static List<UInt128> Sources(List<UInt128> all, int from, bool isV6)
    {
        var own = from == 0 ? all[^1] : isV6 ? AddressPlan.Default.V6(from) : AddressPlan.Default.V4(from);
        return [.. all, .. Enumerable.Repeat(own, all.Count * 2)];
    }

    private static List<UInt128> Addresses(Random random, bool isV6)
    {
        var plan = AddressPlan.Default;
        var addresses = Uids.Append(30500).Append(30600).Append(30777).Select(uid => isV6 ? plan.V6(uid) : plan.V4(uid)).ToList();
        string[] others = isV6
            ? ["::1", "::", "fe80::1", "ff02::1", "::ffff:10.0.0.3", "2001:db8::1", "2001:db8::ffff", "2001:db8:1::1", "fd75:7773:6769::1:0:3"]
            : ["0.0.0.0", "127.0.0.1", "169.254.169.254", "224.0.0.1", "255.255.255.255", "192.0.2.1", "192.0.2.255", "192.0.3.1", "9.255.255.255", "11.0.0.0", "10.255.255.255"];
        addresses.AddRange(others.Select(static text => IpAddresses.ToNumber(IPAddress.Parse(text))));
        addresses.Add(isV6 ? plan.Gateway6 : plan.Gateway4);
        addresses.Add(isV6 ? (UInt128)(ulong)random.NextInt64() | ((UInt128)0x2001 << 112) : (uint)random.NextInt64(1u << 24, 0xdfffffff));
        return addresses;
    }

    private static string Rule(Random random, List<UInt128> addresses4, List<UInt128> addresses6, bool isHost)
    {
        var isV6 = random.Next(3) == 0;
        string Side()
        {
            var addresses = isV6 ? addresses6 : addresses4;
            var address = addresses[random.Next(addresses.Count)];
            return random.Next(3) == 0 ? "0.0.0.0"
                : isV6 ? IpPrefix.V6(address, random.Next(129)).ToString()
                : IpPrefix.V4((uint)address, random.Next(33)).ToString();
        }

        var direction = random.Next(2) == 0 ? "in" : "out";
        var action = random.Next(isHost ? 2 : 7) switch { 0 or 2 => "allow", 1 or 3 => "deny", 4 => "gateway 203.0.113.5:999", _ => "replies" };
        return $"{direction} {Side()} {Side()} {action}";
    }
}
