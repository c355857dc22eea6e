using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Control;
using UwsgiIt.Tuntap.Tunnel;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>What comes to the tunnel's port, in a peer's name, from somebody who has no key.</summary>
internal static class TunnelDatagrams
{
    private static readonly Socket Bound = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private static readonly SocketAddress Peer = new IPEndPoint(IPAddress.Loopback, 9).Serialize();
    private static readonly TunnelGateway Gateway = Make();
    private static long s_now;

    public static void Read(byte[] datagram)
    {
        Span<byte> packet = new byte[65_536];

        // A second each time, so that handshakes are not refused for their number alone.
        s_now += System.Diagnostics.Stopwatch.Frequency;
        Check(datagram.Length > 65_507 || !Gateway.TryReceive(datagram, Peer.Buffer.Span[..Peer.Size], s_now, packet, out _, out _), "a packet from nobody");
    }

    private static TunnelGateway Make()
    {
        Bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var key = Enumerable.Range(0, 32).Select(static i => (byte)(i + 1)).ToArray();
        var settings = new TunnelSettings { PrivateKey = Convert.ToBase64String(key), Peers = new Dictionary<string, string> { ["127.0.0.1:9"] = Convert.ToBase64String([9, .. new byte[31]]) } };
        var gateway = new TunnelGateway(static action => action(), new TunnelCounters());
        gateway.SetUp(TunnelSetup.TryMake(settings, new UdpSocket(new SafeFileHandle(Bound.Handle, ownsHandle: false)), null, [])!);
        return gateway;
    }
}
