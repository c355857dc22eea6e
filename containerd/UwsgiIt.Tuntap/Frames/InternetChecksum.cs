using System.Buffers.Binary;

namespace UwsgiIt.Tuntap.Frames;

/// <summary>The checksum of IP, ICMP, TCP and UDP (RFC 1071).</summary>
internal static class InternetChecksum
{
    public static ulong Sum(ReadOnlySpan<byte> bytes, ulong sum)
    {
        // Carries are folded in at the end: a packet has not enough words to lose one.
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        if (bytes.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    public static ushort Fold(ulong sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
