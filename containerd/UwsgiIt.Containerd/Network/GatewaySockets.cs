using System.Net;
using System.Net.Sockets;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Containerd.Network;

/// <summary>The sockets at which the gateway's resolver is asked, made in the gateway's namespace.</summary>
internal static class GatewaySockets
{
    private const int DnsPort = 53;

    // linux/in.h, linux/in6.h
    private const int SOL_IP = 0;
    private const int IP_FREEBIND = 15;
    private const int SOL_IPV6 = 41;
    private const int IPV6_FREEBIND = 78;

    /// <summary>One of each family, bound also while no device has the gateway's address yet. Throws <see cref="IOException"/>.</summary>
    public static Socket[] Bind(AddressPlan plan)
    {
        List<Socket> sockets = [];
        try
        {
            foreach (var address in new[] { ContainerLink.Gateway4(plan), ContainerLink.Gateway6(plan) })
            {
                var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                sockets.Add(socket);
                var isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
                socket.SetRawSocketOption(isV6 ? SOL_IPV6 : SOL_IP, isV6 ? IPV6_FREEBIND : IP_FREEBIND, BitConverter.GetBytes(1));
                socket.Bind(new IPEndPoint(address, DnsPort));
            }

            return [.. sockets];
        }
        catch (SocketException e)
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw new IOException($"the gateway's resolver cannot have port {DnsPort}: {e.Message}", e);
        }
    }
}
