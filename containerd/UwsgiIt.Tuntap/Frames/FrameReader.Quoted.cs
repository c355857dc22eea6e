using System.Buffers.Binary;

namespace UwsgiIt.Tuntap.Frames;

internal static partial class FrameReader
{
    /// <summary>
    /// Reads the packet that an ICMP error quotes: its addresses, protocol and ports. A quote is cut short by rule, so only what is needed
    /// must be there.
    /// </summary>
    public static bool TryReadQuoted(ReadOnlySpan<byte> packet, in FrameFacts error, out FrameFacts quoted)
    {
        const int IcmpHeaderBytes = 8;
        quoted = default;
        quoted.IsV6 = error.IsV6;
        if (packet.Length < error.TransportOffset + IcmpHeaderBytes)
        {
            return false;
        }

        packet = packet[(error.TransportOffset + IcmpHeaderBytes)..];
        var headerLength = error.IsV6 ? 40 : packet.IsEmpty ? 20 : (packet[0] & 0xf) * 4;
        if (packet.Length < headerLength || headerLength < 20 || packet[0] >> 4 != (error.IsV6 ? 6 : 4))
        {
            return false;
        }

        quoted.Protocol = packet[error.IsV6 ? 6 : 9];
        quoted.Source = error.IsV6 ? BinaryPrimitives.ReadUInt128BigEndian(packet[8..]) : BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        quoted.Destination = error.IsV6 ? BinaryPrimitives.ReadUInt128BigEndian(packet[24..]) : BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        if (quoted.Protocol is IpProtocols.Tcp or IpProtocols.Udp)
        {
            if (packet.Length < headerLength + 4)
            {
                return false;
            }

            quoted.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(packet[headerLength..]);
            quoted.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(packet[(headerLength + 2)..]);
        }

        return true;
    }
}
