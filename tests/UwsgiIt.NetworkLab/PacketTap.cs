using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.NetworkLab;

/// <summary>Puts whole packets onto a device, past the kernel's own IP layer (packet(7)): what a program with raw access could send.</summary>
public sealed class PacketTap : IDisposable
{
    private readonly Socket _socket;
    private readonly int _index;
    private readonly byte[] _linkAddress;

    /// <summary>Opens a device of the namespace; <paramref name="linkAddress"/> is the next hop's where the device has such.</summary>
    public PacketTap(NetworkNamespace space, string device, byte[]? linkAddress = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        _linkAddress = linkAddress ?? [];
        (_socket, _index) = space.Run(() => (new Socket(AddressFamily.Packet, SocketType.Dgram, 0), Link.Index(device)));
    }

    /// <summary>Sends one packet; its first half byte says whether as IPv4 or IPv6.</summary>
    public void Send(byte[] packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        _socket.SendTo(packet, new LinkEndPoint(_index, packet.Length > 0 && packet[0] >> 4 == 6 ? (ushort)0x86dd : (ushort)0x0800, _linkAddress));
    }

    /// <summary>Every packet that passes any device of a namespace, from its IP header on; the caller disposes of it.</summary>
    public static Socket Capture(NetworkNamespace space)
    {
        ArgumentNullException.ThrowIfNull(space);

        // ETH_P_ALL in network order.
        return space.Run(static () => new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)0x0300) { ReceiveTimeout = 30_000 });
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>struct sockaddr_ll.</summary>
    private sealed class LinkEndPoint(int index, ushort protocol, byte[] linkAddress) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            Span<byte> bytes = stackalloc byte[20];
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], protocol);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], index);
            bytes[11] = (byte)linkAddress.Length;
            linkAddress.CopyTo(bytes[12..]);
            var address = new SocketAddress(AddressFamily.Packet, 20);
            for (var i = 2; i < 20; i++)
            {
                address[i] = bytes[i];
            }

            return address;
        }
    }
}
