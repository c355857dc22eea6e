using System.Buffers.Binary;
using System.Net;

namespace UwsgiIt.NetworkLab;

/// <summary>Makes whole packets with sound checksums; tests then spoil what they are about.</summary>
public static class PacketFactory
{
    /// <summary>A UDP packet of either family.</summary>
    public static byte[] Udp(IPAddress source, IPAddress destination, int sourcePort, int destinationPort, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        var sum = Checksum(datagram, PseudoHeader(source, destination, 17, datagram.Length));
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), sum == 0 ? (ushort)0xffff : sum);
        return Ip(source, destination, 17, datagram);
    }

    /// <summary>A TCP packet without payload.</summary>
    public static byte[] Tcp(IPAddress source, IPAddress destination, int sourcePort, int destinationPort, byte flags)
    {
        var segment = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)destinationPort);
        segment[12] = 0x50;
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 1024);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Checksum(segment, PseudoHeader(source, destination, 6, segment.Length)));
        return Ip(source, destination, 6, segment);
    }

    /// <summary>An echo request of either family.</summary>
    public static byte[] Echo(IPAddress source, IPAddress destination)
    {
        var isV6 = source.GetAddressBytes().Length == 16;
        byte[] message = [isV6 ? (byte)128 : (byte)8, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message, isV6 ? PseudoHeader(source, destination, 58, message.Length) : []));
        return Ip(source, destination, isV6 ? (byte)58 : (byte)1, message);
    }

    /// <summary>A packet around any payload.</summary>
    public static byte[] Ip(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        var isV6 = source.GetAddressBytes().Length == 16;
        var headerLength = isV6 ? 40 : 20;
        var packet = new byte[headerLength + payload.Length];
        payload.CopyTo(packet.AsSpan(headerLength));
        if (isV6)
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
            packet[6] = protocol;
            packet[7] = 64;
            source.GetAddressBytes().CopyTo(packet, 8);
            destination.GetAddressBytes().CopyTo(packet, 24);
            return packet;
        }

        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        source.GetAddressBytes().CopyTo(packet, 12);
        destination.GetAddressBytes().CopyTo(packet, 16);
        FixHeader(packet);
        return packet;
    }

    /// <summary>The IPv6 packet with extension headers in front of its payload, the first of which are hop-by-hop options.</summary>
    public static byte[] WithExtensions(byte[] packet, byte[] extensions)
    {
        ArgumentNullException.ThrowIfNull(packet);
        ArgumentNullException.ThrowIfNull(extensions);
        byte[] longer = [.. packet.AsSpan(0, 40), .. extensions, .. packet.AsSpan(40)];
        BinaryPrimitives.WriteUInt16BigEndian(longer.AsSpan(4), (ushort)(longer.Length - 40));
        longer[6] = 0;
        return longer;
    }

    /// <summary>Works the header checksum of an IPv4 packet out anew.</summary>
    public static void FixHeader(byte[] packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        packet.AsSpan(10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, (packet[0] & 0xf) * 4), []));
    }

    private static byte[] PseudoHeader(IPAddress source, IPAddress destination, byte protocol, int length) =>
        [.. source.GetAddressBytes(), .. destination.GetAddressBytes(), 0, protocol, (byte)(length >> 8), (byte)length];

    private static ushort Checksum(ReadOnlySpan<byte> data, ReadOnlySpan<byte> pseudo)
    {
        var sum = Sum(data) + Sum(pseudo);
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> data)
    {
        var sum = 0u;
        for (var i = 0; i < data.Length; i++)
        {
            sum += (uint)data[i] << (i % 2 == 0 ? 8 : 0);
        }

        return sum;
    }
}
