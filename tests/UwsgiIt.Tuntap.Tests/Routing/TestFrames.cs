using System.Buffers.Binary;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Tuntap.Tests.Routing;

/// <summary>Makes packets: sound ones, and random ones that are nearly sound.</summary>
internal static class TestFrames
{
    public static byte[] V4(uint source, uint destination, byte protocol, byte[] transport, ushort fragment = 0, byte[]? options = null)
    {
        options ??= [];
        var packet = new byte[20 + options.Length + transport.Length];
        packet[0] = (byte)(0x45 + (options.Length / 4));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), fragment);
        packet[8] = 64;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), destination);
        options.CopyTo(packet.AsSpan(20));
        transport.CopyTo(packet.AsSpan(20 + options.Length));
        return packet;
    }

    public static byte[] V6(UInt128 source, UInt128 destination, byte next, byte[] rest)
    {
        var packet = new byte[40 + rest.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)rest.Length);
        packet[6] = next;
        packet[7] = 64;
        BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(8), source);
        BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(24), destination);
        rest.CopyTo(packet.AsSpan(40));
        return packet;
    }

    public static byte[] Udp(ushort sourcePort, ushort destinationPort, int payload = 4)
    {
        var datagram = new byte[8 + payload];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        return datagram;
    }

    public static byte[] Tcp(ushort sourcePort, ushort destinationPort, byte flags)
    {
        var segment = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(segment, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), destinationPort);
        segment[12] = 0x50;
        segment[13] = flags;
        return segment;
    }

    /// <summary>An ICMP error of the family that quotes the packet.</summary>
    public static byte[] Error(bool isV6, byte[] quoted) => [isV6 ? (byte)1 : (byte)3, 1, 0, 0, 0, 0, 0, 0, .. quoted.AsSpan(0, Math.Min(quoted.Length, 60))];

    /// <summary>A random packet between the given addresses, IPv4 by default plan or IPv6, one in four damaged somewhere.</summary>
    public static byte[] Random(Random random, IReadOnlyList<UInt128> addresses4, IReadOnlyList<UInt128> addresses6, int depth = 0)
    {
        var isV6 = random.Next(3) == 0;
        var addresses = isV6 ? addresses6 : addresses4;
        var source = addresses[random.Next(addresses.Count)];
        var destination = addresses[random.Next(addresses.Count)];
        var (protocol, transport) = Transport(random, isV6, addresses4, addresses6, depth);
        var packet = isV6
            ? RandomV6(random, source, destination, protocol, transport)
            : V4((uint)source, (uint)destination, protocol, transport, Fragment(random), Options(random));
        if (random.Next(4) == 0)
        {
            packet = Damage(random, packet);
        }

        return packet;
    }

    private static (byte Protocol, byte[] Transport) Transport(Random random, bool isV6, IReadOnlyList<UInt128> addresses4, IReadOnlyList<UInt128> addresses6, int depth)
    {
        ushort Port() => random.Next(3) switch { 0 => 53, 1 => 80, _ => (ushort)random.Next(1024, 1032) };
        return random.Next(6) switch
        {
            0 or 1 => (17, Udp(Port(), Port(), random.Next(3) * 8)),
            2 or 3 => (6, Tcp(Port(), Port(), (byte)random.Next(64))),
            4 when depth == 0 => (isV6 ? (byte)58 : (byte)1, Error(isV6, Random(random, addresses4, addresses6, 1))),
            4 => (isV6 ? (byte)58 : (byte)1, new byte[random.Next(6, 12)]),
            _ => ((byte)random.Next(256), new byte[random.Next(40)]),
        };
    }

    private static ushort Fragment(Random random) => random.Next(8) switch
    {
        0 => (ushort)(0x2000 | random.Next(4)),
        1 => (ushort)random.Next(1, 8),
        2 => (ushort)random.Next(65536),
        _ => 0x4000,
    };

    private static byte[]? Options(Random random) => random.Next(10) switch
    {
        0 => [1, 131, 3, 4],
        1 => [1, 1, 1, 0],
        2 => [68, 8, 5, 0, 0, 0, 0, 0],
        3 => [(byte)random.Next(256), (byte)random.Next(12), 1, (byte)random.Next(256)],
        _ => null,
    };

    private static byte[] RandomV6(Random random, UInt128 source, UInt128 destination, byte protocol, byte[] transport)
    {
        byte[] kinds = [0, 43, 44, 60, 51, 135];
        var rest = transport;
        for (var count = random.Next(4) == 0 ? random.Next(1, 10) : 0; count > 0; count--)
        {
            var kind = kinds[random.Next(kinds.Length)];
            byte[] header = [protocol, (byte)(kind == 51 ? 0 : random.Next(2)), (byte)random.Next(3), (byte)random.Next(3), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            rest = [.. header.AsSpan(0, kind == 44 ? 8 : kind == 51 ? 8 : (header[1] + 1) * 8), .. rest];
            protocol = kind;
        }

        return V6(source, destination, protocol, rest);
    }

    private static byte[] Damage(Random random, byte[] packet)
    {
        switch (random.Next(4))
        {
            case 0:
                return packet[..random.Next(packet.Length + 1)];
            case 1:
                return [.. packet, .. new byte[random.Next(1, 9)]];
            case 2:
                packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8));
                return packet;
            default:
                packet[random.Next(Math.Min(packet.Length, 48))] = (byte)random.Next(256);
                return packet;
        }
    }

    /// <summary>A container's addresses of both families.</summary>
    public static (uint V4, UInt128 V6) Of(int uid) => (AddressPlan.Default.V4(uid), AddressPlan.Default.V6(uid));
}
