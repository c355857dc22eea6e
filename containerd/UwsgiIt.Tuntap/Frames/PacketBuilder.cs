using System.Buffers.Binary;

namespace UwsgiIt.Tuntap.Frames;

/// <summary>Makes packets with sound headers and no payload, to ask about; checksums are left 0.</summary>
internal static class PacketBuilder
{
    public static byte[] Build(bool isV6, UInt128 source, UInt128 destination, string protocol, ushort sourcePort, ushort destinationPort)
    {
        var transport = new byte[protocol == "tcp" ? 20 : 8];
        byte number;
        switch (protocol)
        {
            case "tcp":
                number = IpProtocols.Tcp;
                transport[12] = 0x50;
                transport[13] = 0x02;
                break;
            case "udp":
                number = IpProtocols.Udp;
                transport[5] = 8;
                break;
            default:
                number = isV6 ? IpProtocols.IcmpV6 : IpProtocols.Icmp;
                transport[0] = isV6 ? (byte)128 : (byte)8;
                break;
        }

        if (protocol is "tcp" or "udp")
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport, sourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(2), destinationPort);
        }

        return isV6 ? V6(source, destination, number, transport) : V4((uint)source, (uint)destination, number, transport);
    }

    public static byte[] V4(uint source, uint destination, byte protocol, ReadOnlySpan<byte> transport)
    {
        var packet = new byte[20 + transport.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), destination);
        transport.CopyTo(packet.AsSpan(20));
        return packet;
    }

    public static byte[] V6(UInt128 source, UInt128 destination, byte protocol, ReadOnlySpan<byte> transport)
    {
        var packet = new byte[40 + transport.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)transport.Length);
        packet[6] = protocol;
        packet[7] = 64;
        BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(8), source);
        BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(24), destination);
        transport.CopyTo(packet.AsSpan(40));
        return packet;
    }
}
