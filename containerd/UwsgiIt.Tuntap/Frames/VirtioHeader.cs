using System.Buffers.Binary;
using UwsgiIt.Linux.Networking;

namespace UwsgiIt.Tuntap.Frames;

/// <summary>struct virtio_net_hdr (linux/virtio_net.h) in front of a frame, in the machine's byte order: what is left to do to the packet behind it.</summary>
internal static class VirtioHeader
{
    public const int Bytes = TunQueue.VirtioHeaderBytes;

    /// <summary>VIRTIO_NET_HDR_F_NEEDS_CSUM.</summary>
    public const byte NeedsChecksum = 1;

    public const byte GsoNone = 0;
    public const byte GsoTcp4 = 1;
    public const byte GsoTcp6 = 4;
    public const byte GsoUdp = 5;

    /// <summary>VIRTIO_NET_HDR_GSO_ECN, beside the kind.</summary>
    public const byte GsoEcn = 0x80;

    public static byte Flags(ReadOnlySpan<byte> frame) => frame[0];

    public static byte Gso(ReadOnlySpan<byte> frame) => (byte)(frame[1] & ~GsoEcn);

    public static int HeaderLength(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[2..]);

    public static int SegmentSize(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]);

    public static int ChecksumStart(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]);

    public static int ChecksumOffset(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]);

    /// <summary>How many packets the frame stands for.</summary>
    public static int Packets(ReadOnlySpan<byte> frame)
    {
        var size = SegmentSize(frame);
        var payload = frame.Length - Bytes - HeaderLength(frame);
        return Gso(frame) == GsoNone || size == 0 || payload <= size ? 1 : (payload + size - 1) / size;
    }
}
