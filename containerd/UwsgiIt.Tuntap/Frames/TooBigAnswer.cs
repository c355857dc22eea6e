using System.Buffers.Binary;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.Tuntap.Frames;

/// <summary>What a router tells the sender of a packet that is longer than the next hop takes: fragmentation needed (RFC 1191), packet too big (RFC 4443). Allocates nothing.</summary>
internal static class TooBigAnswer
{
    private const byte Unreachable = 3;
    private const byte FragmentationNeeded = 4;
    private const byte PacketTooBig = 2;
    private const int V4HeaderBytes = 20;
    private const int V6HeaderBytes = 40;
    private const int IcmpHeaderBytes = 8;

    // Quoted of the packet: RFC 792 asks for its header and 8 bytes, RFC 4443 for what fits into the least MTU of IPv6.
    private const int V4QuotedBytes = 548;
    private const int V6QuotedBytes = 1280 - V6HeaderBytes - IcmpHeaderBytes;

    /// <summary>True when the sender wants to be told: it must not be fragmented on the way, and is no ICMP error itself.</summary>
    public static bool IsWanted(ReadOnlySpan<byte> packet, in FrameFacts facts) => (facts.IsV6 || (packet[6] & 0x40) != 0) && !facts.IsLaterFragment && !facts.IsIcmpError;

    /// <summary>Writes it, with an empty virtio header in front; its length.</summary>
    public static int Write(ReadOnlySpan<byte> packet, in FrameFacts facts, int mtu, UInt128 gateway, Span<byte> frame)
    {
        frame[..VirtioHeader.Bytes].Clear();
        var answer = frame[VirtioHeader.Bytes..];
        return VirtioHeader.Bytes + (facts.IsV6 ? WriteV6(packet, facts, mtu, gateway, answer) : WriteV4(packet, facts, mtu, (uint)gateway, answer));
    }

    private static int WriteV4(ReadOnlySpan<byte> packet, in FrameFacts facts, int mtu, uint gateway, Span<byte> answer)
    {
        var quoted = packet[..Math.Min(packet.Length, V4QuotedBytes)];
        answer = answer[..(V4HeaderBytes + IcmpHeaderBytes + quoted.Length)];
        answer[..(V4HeaderBytes + IcmpHeaderBytes)].Clear();
        answer[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(answer[2..], (ushort)answer.Length);
        answer[8] = 64;
        answer[9] = IpProtocols.Icmp;
        BinaryPrimitives.WriteUInt32BigEndian(answer[12..], gateway);
        BinaryPrimitives.WriteUInt32BigEndian(answer[16..], facts.Source4);
        BinaryPrimitives.WriteUInt16BigEndian(answer[10..], InternetChecksum.Fold(InternetChecksum.Sum(answer[..V4HeaderBytes], 0)));
        var icmp = answer[V4HeaderBytes..];
        icmp[0] = Unreachable;
        icmp[1] = FragmentationNeeded;
        BinaryPrimitives.WriteUInt16BigEndian(icmp[6..], (ushort)mtu);
        quoted.CopyTo(icmp[IcmpHeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetChecksum.Fold(InternetChecksum.Sum(icmp, 0)));
        return answer.Length;
    }

    private static int WriteV6(ReadOnlySpan<byte> packet, in FrameFacts facts, int mtu, UInt128 gateway, Span<byte> answer)
    {
        var quoted = packet[..Math.Min(packet.Length, V6QuotedBytes)];
        answer = answer[..(V6HeaderBytes + IcmpHeaderBytes + quoted.Length)];
        answer[..(V6HeaderBytes + IcmpHeaderBytes)].Clear();
        answer[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(answer[4..], (ushort)(IcmpHeaderBytes + quoted.Length));
        answer[6] = IpProtocols.IcmpV6;
        answer[7] = 64;
        BinaryPrimitives.WriteUInt128BigEndian(answer[8..], gateway);
        BinaryPrimitives.WriteUInt128BigEndian(answer[24..], facts.Source);
        var icmp = answer[V6HeaderBytes..];
        icmp[0] = PacketTooBig;
        BinaryPrimitives.WriteUInt32BigEndian(icmp[4..], (uint)mtu);
        quoted.CopyTo(icmp[IcmpHeaderBytes..]);
        var pseudo = InternetChecksum.Sum(answer[8..V6HeaderBytes], (ulong)(IpProtocols.IcmpV6 + icmp.Length));
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetChecksum.Fold(InternetChecksum.Sum(icmp, pseudo)));
        return answer.Length;
    }
}
