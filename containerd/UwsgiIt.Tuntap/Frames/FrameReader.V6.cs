using System.Buffers.Binary;

namespace UwsgiIt.Tuntap.Frames;

internal static partial class FrameReader
{
    /// <summary>Longest walk along extension headers. Ours: RFC 8200 names six, each once.</summary>
    private const int MaxExtensionHeaders = 8;

    private static bool ReadV6(ReadOnlySpan<byte> packet, ref FrameFacts facts)
    {
        facts.IsV6 = true;
        if (packet.Length < 40 || BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) + 40 != packet.Length)
        {
            return false;
        }

        facts.Source = BinaryPrimitives.ReadUInt128BigEndian(packet[8..]);
        facts.Destination = BinaryPrimitives.ReadUInt128BigEndian(packet[24..]);
        facts.Protocol = packet[6];
        facts.TransportOffset = 40;
        return ReadExtensions(packet, ref facts) && ReadTransport(packet, ref facts);
    }

    private static bool ReadExtensions(ReadOnlySpan<byte> packet, ref FrameFacts facts)
    {
        for (var count = 0; IsExtension(facts.Protocol) && !facts.IsLaterFragment; count++)
        {
            var rest = packet[facts.TransportOffset..];
            if (count == MaxExtensionHeaders || rest.Length < 8 || (facts.Protocol == IpProtocols.HopByHop && count > 0))
            {
                return false;
            }

            var length = facts.Protocol switch
            {
                IpProtocols.Fragment => 8,
                IpProtocols.AuthenticationHeader => (rest[1] + 2) * 4,
                _ => (rest[1] + 1) * 8,
            };
            if (length > rest.Length)
            {
                return false;
            }

            var current = facts.Protocol;
            facts.Protocol = rest[0];
            facts.TransportOffset += length;
            if (current == IpProtocols.Routing)
            {
                facts.IsSourceRouted |= rest[2] == 0;
            }
            else if (current == IpProtocols.Fragment)
            {
                var word = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                facts.IsFragment = true;
                if (!ReadFragment(word & 0xfff8, (word & 1) != 0, packet.Length - facts.TransportOffset, ref facts))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsExtension(byte protocol) =>
        protocol is IpProtocols.HopByHop or IpProtocols.Routing or IpProtocols.Fragment or IpProtocols.DestinationOptions or IpProtocols.AuthenticationHeader or IpProtocols.Mobility;
}
