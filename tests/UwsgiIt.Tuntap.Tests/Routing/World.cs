using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Tests.Routing;

/// <summary>A few containers and a gateway, without devices.</summary>
internal sealed class World
{
    private readonly Dictionary<int, Peer> _peers = [];
    private readonly Peer _gateway = new(Peer.GatewayUid, AddressPlan.GatewayOffset, 1);

    public World(HostPolicy host, params ContainerPolicy[] containers)
    {
        List<string> faults = [];
        Host = HostFirewall.TryCompile(host, faults)!;
        Assert.Empty(faults);
        foreach (var policy in containers)
        {
            _peers[policy.Uid] = new Peer(policy.Uid, Host.Plan.Offset(policy.Uid), 1);
            Apply(policy);
        }

        Table = new PeerTable(Host, _gateway, _peers.Values);
    }

    public World(params ContainerPolicy[] containers)
        : this(new HostPolicy(), containers)
    {
    }

    public HostFirewall Host { get; }

    public PeerTable Table { get; }

    public Peer this[int uid] => _peers[uid];

    public void Apply(ContainerPolicy policy)
    {
        List<string> faults = [];
        _peers[policy.Uid].Apply(ContainerFirewall.TryCompile(policy, Host, faults)!);
        Assert.Empty(faults);
    }

    /// <summary>The verdict about a packet from a container, or from the gateway for 0.</summary>
    public Verdict Decide(int from, byte[] packet, long now = 0, DecisionTrace? trace = null)
    {
        var cause = FrameReader.Read(packet, out var facts);
        return cause != DropCause.None ? new Verdict(cause)
            : from == 0 ? PacketJudge.FromGateway(Table, facts, packet, now, trace)
            : PacketJudge.FromContainer(_peers[from], Table, facts, packet, now, trace);
    }

    /// <summary>UDP from one container to another, with their own addresses; 0 is somewhere outside.</summary>
    public DropCause Udp(int from, int to, bool isV6 = false, long now = 0, ushort port = 9)
    {
        var datagram = TestFrames.Udp(7, port);
        var packet = isV6
            ? TestFrames.V6(from == 0 ? Outside6 : Host.Plan.V6(from), to == 0 ? Outside6 : Host.Plan.V6(to), 17, datagram)
            : TestFrames.V4(from == 0 ? Outside4 : Host.Plan.V4(from), to == 0 ? Outside4 : Host.Plan.V4(to), 17, datagram);
        return Decide(from, packet, now).Cause;
    }

    public static uint Outside4 { get; } = 0xC0000207;

    public static UInt128 Outside6 { get; } = ((UInt128)0x20010db8 << 96) | 7;
}
