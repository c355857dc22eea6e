using System.Buffers.Binary;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.Tuntap.Frames;

/// <summary>
/// Does what a device would: cuts a frame into packets no longer than its sender meant and fills the checksums in. Allocates nothing; a frame whose
/// headers disagree gives no packet.
/// </summary>
internal static class Segmenter
{
    private const byte GsoUdpL4 = 5;
    private const int MinTcpBytes = 20;

    /// <summary>How many packets the frame is; 0 when its header is none. A stream's segments are made to fit <paramref name="maxPacketBytes"/>, for TCP does not care.</summary>
    public static int Count(ReadOnlySpan<byte> frame, in FrameFacts facts, int maxPacketBytes = int.MaxValue)
    {
        if (VirtioHeader.Gso(frame) == VirtioHeader.GsoNone)
        {
            return 1;
        }

        var header = HeaderLength(frame[VirtioHeader.Bytes..], facts);
        var size = SegmentSize(frame, facts, header, maxPacketBytes);
        var payload = frame.Length - VirtioHeader.Bytes - header;
        var fits = VirtioHeader.Gso(frame) == GsoUdpL4 ? facts.Protocol == IpProtocols.Udp : facts.Protocol == IpProtocols.Tcp;
        return !fits || facts.IsFragment || size <= 0 || payload < 0 ? 0 : Math.Max(1, (payload + size - 1) / size);
    }

    /// <summary>Writes one of the packets; its length, or 0 when the frame's header is none or it does not fit. <paramref name="maxPacketBytes"/> as for <see cref="Count"/>.</summary>
    public static int Write(ReadOnlySpan<byte> frame, in FrameFacts facts, int index, Span<byte> packet, int maxPacketBytes = int.MaxValue)
    {
        var whole = frame[VirtioHeader.Bytes..];
        if (VirtioHeader.Gso(frame) == VirtioHeader.GsoNone)
        {
            return WriteWhole(frame, whole, packet);
        }

        var header = HeaderLength(whole, facts);
        var size = SegmentSize(frame, facts, header, maxPacketBytes);
        var start = header + (index * size);
        var length = header + Math.Min(size, whole.Length - start);
        if (length > packet.Length || length < header)
        {
            return 0;
        }

        whole[..header].CopyTo(packet);
        whole[start..(start + length - header)].CopyTo(packet[header..]);
        packet = packet[..length];
        WriteIp(packet, facts, index);
        if (facts.Protocol == IpProtocols.Tcp)
        {
            WriteTcp(packet[facts.TransportOffset..], (uint)(index * size), index == 0, start + size >= whole.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[(facts.TransportOffset + 4)..], (ushort)(length - facts.TransportOffset));
        }

        WriteChecksum(packet, facts);
        return length;
    }

    private static int SegmentSize(ReadOnlySpan<byte> frame, in FrameFacts facts, int header, int maxPacketBytes) =>
        facts.Protocol == IpProtocols.Tcp ? Math.Min(VirtioHeader.SegmentSize(frame), maxPacketBytes - header) : VirtioHeader.SegmentSize(frame);

    // More than there is when the transport header is not there: a later fragment has none.
    private static int HeaderLength(ReadOnlySpan<byte> packet, in FrameFacts facts) =>
        facts.Protocol != IpProtocols.Tcp ? facts.TransportOffset + 8
        : packet.Length < facts.TransportOffset + MinTcpBytes ? packet.Length + 1
        : facts.TransportOffset + ((packet[facts.TransportOffset + 12] >> 4) * 4);

    private static int WriteWhole(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> whole, Span<byte> packet)
    {
        if (!whole.TryCopyTo(packet))
        {
            return 0;
        }

        if ((VirtioHeader.Flags(frame) & VirtioHeader.NeedsChecksum) != 0)
        {
            var start = VirtioHeader.ChecksumStart(frame);
            var at = start + VirtioHeader.ChecksumOffset(frame);
            if (at + 2 > whole.Length)
            {
                return 0;
            }

            // The field holds the sum of the pseudo header already.
            var sum = InternetChecksum.Fold(InternetChecksum.Sum(packet[start..whole.Length], 0));
            BinaryPrimitives.WriteUInt16BigEndian(packet[at..], sum == 0 ? (ushort)0xffff : sum);
        }

        return whole.Length;
    }

    private static void WriteIp(Span<byte> packet, in FrameFacts facts, int index)
    {
        if (facts.IsV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - 40));
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) + index));
        packet[10..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], InternetChecksum.Fold(InternetChecksum.Sum(packet[..((packet[0] & 0xf) * 4)], 0)));
    }

    // FIN and PSH belong to the last, CWR to the first.
    private static void WriteTcp(Span<byte> segment, uint offset, bool isFirst, bool isLast)
    {
        BinaryPrimitives.WriteUInt32BigEndian(segment[4..], BinaryPrimitives.ReadUInt32BigEndian(segment[4..]) + offset);
        segment[13] &= (byte)((isLast ? 0xff : 0xf6) & (isFirst ? 0xff : 0x7f));
    }

    private static void WriteChecksum(Span<byte> packet, in FrameFacts facts)
    {
        var transport = packet[facts.TransportOffset..];
        var field = transport[(facts.Protocol == IpProtocols.Tcp ? 16 : 6)..];
        field[..2].Clear();
        var addresses = facts.IsV6 ? packet[8..40] : packet[12..20];
        var sum = InternetChecksum.Fold(InternetChecksum.Sum(transport, InternetChecksum.Sum(addresses, (ulong)facts.Protocol + (ulong)transport.Length)));
        BinaryPrimitives.WriteUInt16BigEndian(field, sum == 0 && facts.Protocol == IpProtocols.Udp ? (ushort)0xffff : sum);
    }
}
