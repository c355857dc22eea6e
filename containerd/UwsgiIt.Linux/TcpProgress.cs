using System.Buffers.Binary;

namespace UwsgiIt.Linux;

/// <summary>What the peer of a TCP connection has taken, as the kernel knows it (TCP_INFO of tcp(7), struct tcp_info of linux/tcp.h).</summary>
/// <param name="AcknowledgedBytes">Bytes of ours that it has acknowledged since the connection began.</param>
/// <param name="SegmentBytes">Largest segment that it takes: what it acknowledges comes in steps of so much.</param>
public readonly record struct TcpProgress(long AcknowledgedBytes, int SegmentBytes)
{
    /// <summary>IPPROTO_TCP.</summary>
    public const int Level = 6;

    /// <summary>TCP_INFO.</summary>
    public const int Option = 11;

    /// <summary>Bytes of the structure that are looked at; kernels since 4.1 fill them.</summary>
    public const int InfoBytes = AcknowledgedOffset + sizeof(ulong);

    private const int SegmentOffset = 16;
    private const int AcknowledgedOffset = 120;

    /// <summary>Reads the structure; false when the kernel gave less of it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> info, out TcpProgress progress)
    {
        progress = default;
        if (info.Length < InfoBytes)
        {
            return false;
        }

        progress = new TcpProgress((long)BinaryPrimitives.ReadUInt64LittleEndian(info[AcknowledgedOffset..]), (int)BinaryPrimitives.ReadUInt32LittleEndian(info[SegmentOffset..]));
        return true;
    }
}
