using System.Buffers.Binary;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Frames;

/// <summary>
/// Reads the headers of an IPv4 or IPv6 packet as a tun device gives them: no padding, so lengths must agree exactly. Allocates nothing,
/// touches nothing beyond the packet.
/// </summary>
internal static partial class FrameReader
{
    /// <summary>Longest IPv4 packet and longest IPv6 packet without a jumbo payload, in bytes.</summary>
    public const int MaxPacketBytes = 65_575;

    /// <summary>
    /// <see cref="DropCause.None"/> when the headers are sound, else <see cref="DropCause.Malformed"/> or <see cref="DropCause.UnknownVersion"/>.
    /// Fragments and source routes are told, not judged.
    /// </summary>
    public static DropCause Read(ReadOnlySpan<byte> packet, out FrameFacts facts)
    {
        facts = default;
        return packet.IsEmpty ? DropCause.Malformed : (packet[0] >> 4) switch
        {
            4 => ReadV4(packet, ref facts) ? DropCause.None : DropCause.Malformed,
            6 => ReadV6(packet, ref facts) ? DropCause.None : DropCause.Malformed,
            _ => DropCause.UnknownVersion,
        };
    }

    private static bool ReadV4(ReadOnlySpan<byte> packet, ref FrameFacts facts)
    {
        if (packet.Length < 20)
        {
            return false;
        }

        var headerLength = (packet[0] & 0xf) * 4;
        if (headerLength < 20 || headerLength > packet.Length || BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) != packet.Length)
        {
            return false;
        }

        facts.Source = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        facts.Destination = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        facts.Protocol = packet[9];
        facts.TransportOffset = headerLength;
        if (headerLength > 20 && !ReadOptions(packet[20..headerLength], ref facts))
        {
            return false;
        }

        var fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        return ReadFragment((fragment & 0x1fff) * 8, (fragment & 0x2000) != 0, packet.Length - headerLength, ref facts) && ReadTransport(packet, ref facts);
    }

    private static bool ReadOptions(ReadOnlySpan<byte> options, ref FrameFacts facts)
    {
        const byte End = 0, NoOperation = 1, LooseRoute = 131, StrictRoute = 137;
        while (!options.IsEmpty && options[0] != End)
        {
            var length = options[0] == NoOperation ? 1 : options.Length > 1 ? options[1] : 0;
            if (length > options.Length || length < 1 || (length < 2 && options[0] != NoOperation))
            {
                return false;
            }

            facts.IsSourceRouted |= options[0] is LooseRoute or StrictRoute;
            options = options[length..];
        }

        return true;
    }

    private static bool ReadFragment(int offset, bool more, int payloadLength, ref FrameFacts facts)
    {
        if (offset == 0 && !more)
        {
            return true;
        }

        // All but the last carry a multiple of eight, and the whole must not be longer than a packet can be. One that starts within the TCP
        // header could rewrite its flags (RFC 1858).
        facts.IsFragment = true;
        facts.IsLaterFragment = offset > 0;
        return payloadLength > 0 && (!more || payloadLength % 8 == 0) && offset + payloadLength <= ushort.MaxValue && !(offset is > 0 and < 20 && facts.Protocol == IpProtocols.Tcp);
    }

    private static bool ReadTransport(ReadOnlySpan<byte> packet, ref FrameFacts facts)
    {
        if (facts.IsLaterFragment)
        {
            return true;
        }

        var transport = packet[facts.TransportOffset..];
        switch (facts.Protocol)
        {
            case IpProtocols.Tcp:
                if (transport.Length < 20 || transport[12] >> 4 < 5 || (transport[12] >> 4) * 4 > transport.Length)
                {
                    return false;
                }

                facts.TcpFlags = transport[13];
                break;
            case IpProtocols.Udp:
                if (transport.Length < 8)
                {
                    return false;
                }

                break;
            case IpProtocols.Icmp when !facts.IsV6:
            case IpProtocols.IcmpV6 when facts.IsV6:
                facts.IcmpType = transport.IsEmpty ? (byte)0 : transport[0];
                return transport.Length >= 8;
            default:
                return true;
        }

        facts.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(transport);
        facts.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        return true;
    }
}
