using System.Net;
using System.Net.Sockets;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>A container of another server behind a tunnel of the kernel's (a veth pair stands for WireGuard's device): the same rules hold, and nobody else looks like it.</summary>
public sealed class KernelTunnelTests : IDisposable
{
    private const string Device = "uwsgiwg";
    private const int Far = 30500;

    private static readonly GatewaySettings Settings = new() { NatInterface = null, TunnelDevice = Device };

    private readonly NetworkNamespace _far = NetworkNamespace.Create();
    private readonly string _farAddress = IpAddresses.ToText(AddressFamilies.V4, AddressPlan.Default.V4(Far));
    private Lab? _lab;

    [SkippableTheory]
    [InlineData("tuntap")]
    [InlineData("nftables")]
    public void Linked_TalkByTheTunnel_OthersDoNot(string name)
    {
        Requirements.Check();
        Skip.IfNot(File.Exists("/usr/sbin/nft"), "nft is not installed (package nftables)");
        IDataPlane plane = name == "tuntap" ? new TuntapPlane(Requirements.Program, workers: 2) : new NftablesPlane(Settings);
        var policy = new HostPolicy { Remotes = new Dictionary<int, string> { [Far] = HostPolicy.ByKernel } };
        var lab = _lab = new Lab(plane, policy);
        var linked = lab.Add(new ContainerPolicy { Uid = 30001, Links = [Far] });
        var other = lab.Add(new ContainerPolicy { Uid = 30002 });
        Join(lab.Host);
        if (name == "tuntap")
        {
            Nft.Apply(lab.Host, counts => Ruleset.ForTuntap(HostFirewall.TryCompile(policy, [])!, Settings, LabContainer.Device, counts));
        }

        Transfer.Stream(linked.Space, _far, _farAddress, 4 << 20);
        Transfer.Stream(_far, linked.Space, linked.V4, 4 << 20);

        long Drops(DropCause cause) => plane.Drops(cause) + (name == "tuntap" ? Nft.ReadCounters(lab.Host).GetValueOrDefault(cause) : 0);
        void Dropped(DropCause cause, Action send)
        {
            var before = Drops(cause);
            send();
            Eventually.True(() => Drops(cause) > before, $"{name}: {cause}");
        }

        Dropped(DropCause.DeniedIn, () => Send(_far, other.V4));
        Dropped(DropCause.DeniedOut, () => Send(other.Space, _farAddress));

        // Somebody outside in the far one's name, and the far one at the host's own door.
        using var outside = new PacketTap(lab.Outside, "eth0", LabFixture.LinkAddress(lab.Host, "eth0"));
        Dropped(DropCause.Spoofed, () => outside.Send(PacketFactory.Udp(IPAddress.Parse(_farAddress), IPAddress.Parse(linked.V4), 1, 9, [1])));
        Dropped(DropCause.DeniedOut, () => Send(_far, Lab.HostV4));
        Dropped(DropCause.Unreachable, () => Send(_far, Lab.OutsideV4));
    }

    public void Dispose()
    {
        _lab?.Plane.Dispose();
        _lab?.Dispose();
        _far.Dispose();
    }

    private static void Send(NetworkNamespace from, string to)
    {
        using var socket = from.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.SendTo([1], new IPEndPoint(IPAddress.Parse(to), 9));
    }

    private void Join(NetworkNamespace host)
    {
        Command.Ip(host, $"link add name {Device} type veth peer name far netns {_far.Path}");
        Command.Ip(host, $"addr add 192.0.0.1/32 dev {Device}");
        Command.Ip(host, $"link set {Device} up");
        Command.Ip(_far, $"addr add {_farAddress}/32 dev far");
        Command.Ip(_far, "link set far up");
        Command.Ip(_far, "route add default via 192.0.0.1 dev far onlink");
        Command.Ip(host, $"route add {_farAddress}/32 dev {Device}");
    }
}
