using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Control;

namespace UwsgiIt.Containerd.Network;

/// <summary>The router's end of the tunnel to other servers: its identity, and its socket, bound in the host's namespace.</summary>
internal sealed class TuntapTunnel(IPEndPoint address, int packetBytes, string? space, string stateDirectory) : IDisposable
{
    private readonly string _key = ServerIdentity.ReadOrMake(stateDirectory);
    private Socket? _socket;

    /// <summary>Tells the router; what it found wrong comes back.</summary>
    public IReadOnlyList<string> HandTo(TuntapClient client, IReadOnlyDictionary<string, string> peers, bool hasSocket)
    {
        var settings = new TunnelSettings { PrivateKey = _key, Peers = peers, PacketBytes = packetBytes };
        if (hasSocket)
        {
            return client.SetTunnel(settings).Faults;
        }

        try
        {
            _socket ??= Bind();
        }
        catch (SocketException e)
        {
            return [$"{address}: {e.Message}"];
        }

        using var handle = new SafeFileHandle(_socket.Handle, ownsHandle: false);
        return client.SetTunnel(settings, handle).Faults;
    }

    public void Dispose() => _socket?.Dispose();

    private Socket Bind()
    {
        using var host = NetworkNamespace.Open(space ?? "/proc/thread-self/ns/net");
        return host.Run(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.ReceiveBufferSize = 4 << 20;
                socket.SendBufferSize = 4 << 20;
                socket.Bind(address);
                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });
    }
}
