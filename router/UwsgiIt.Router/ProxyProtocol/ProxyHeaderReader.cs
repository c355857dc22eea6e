using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>How far a header has come.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>It is whole.</summary>
    Complete = 0,

    /// <summary>So far it may become one; more bytes are needed.</summary>
    Incomplete,

    /// <summary>It is none, or breaks a bound.</summary>
    Malformed,
}

/// <summary>Reads PROXY protocol headers of both versions, strictly: who may send one writes it right, and a guess would be a forged address.</summary>
internal static class ProxyHeaderReader
{
    /// <summary>Longest header of version 1, in bytes, with its CR LF (proxy-protocol.txt, 2.1).</summary>
    public const int MaxTextBytes = 107;

    /// <summary>Longest header of version 2 we take, in bytes. Ours: addresses are 216 bytes at the most, the rest is for extensions; arbitrary, may grow.</summary>
    public const int MaxBinaryBytes = 4096;

    private const int FixedBytes = 16;
    private const byte ChecksumType = 0x03;

    /// <summary>What every header of version 2 begins with; no line of text can.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header at the start of <paramref name="bytes"/>; what follows it is the client's.</summary>
    public static ProxyHeaderStatus Read(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int length)
    {
        header = default;
        length = 0;
        if (bytes.IsEmpty)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        return bytes[0] == Signature[0] ? ReadBinary(bytes, out header, out length) : ReadText(bytes, out header, out length);
    }

    private static ProxyHeaderStatus ReadText(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int length)
    {
        header = default;
        length = 0;
        var prefix = "PROXY "u8;
        if (!prefix.StartsWith(bytes[..Math.Min(bytes.Length, prefix.Length)]))
        {
            return ProxyHeaderStatus.Malformed;
        }

        var end = bytes[..Math.Min(bytes.Length, MaxTextBytes)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < MaxTextBytes ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Malformed;
        }

        length = end + 2;
        var rest = bytes[prefix.Length..end];
        if (rest.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (rest.SequenceEqual("UNKNOWN"u8) || rest.StartsWith("UNKNOWN "u8))
        {
            return ProxyHeaderStatus.Complete;
        }

        Span<Range> words = stackalloc Range[6];
        if (rest.Split((byte)' ', words) != 5)
        {
            return ProxyHeaderStatus.Malformed;
        }

        var family = rest[words[0]].SequenceEqual("TCP4"u8) ? AddressFamily.InterNetwork : rest[words[0]].SequenceEqual("TCP6"u8) ? AddressFamily.InterNetworkV6 : AddressFamily.Unspecified;
        if (!TryReadAddress(rest[words[1]], family, out var source) || !TryReadAddress(rest[words[2]], family, out var destination)
            || !TryReadPort(rest[words[3]], out var sourcePort) || !TryReadPort(rest[words[4]], out var destinationPort))
        {
            return ProxyHeaderStatus.Malformed;
        }

        header = new ProxyHeader(new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort));
        return ProxyHeaderStatus.Complete;
    }

    /// <summary>Cuts at single separators; more parts than ranges counts as one more than there is room for.</summary>
    private static int Split(this ReadOnlySpan<byte> text, byte separator, Span<Range> parts)
    {
        var start = 0;
        for (var count = 0; count < parts.Length; count++)
        {
            var length = text[start..].IndexOf(separator);
            parts[count] = length < 0 ? start..text.Length : start..(start + length);
            if (length < 0)
            {
                return count + 1;
            }

            start += length + 1;
        }

        return parts.Length;
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> text, AddressFamily family, out IPAddress address)
    {
        address = IPAddress.None;
        Span<char> characters = stackalloc char[40];
        if (text.IsEmpty || text.Length >= characters.Length || text.IndexOfAny("%[]"u8) >= 0)
        {
            return false;
        }

        characters = characters[..Encoding.ASCII.GetChars(text, characters)];
        if (!IPAddress.TryParse(characters, out var parsed) || parsed.AddressFamily != family)
        {
            return false;
        }

        // The parser knows more spellings of IPv4 than the protocol does: octal, hexadecimal, fewer parts.
        address = parsed;
        return family != AddressFamily.InterNetwork || characters.SequenceEqual(parsed.ToString());
    }

    private static bool TryReadPort(ReadOnlySpan<byte> text, out int port)
    {
        port = 0;
        if (text.IsEmpty || text.Length > 5 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            port = (port * 10) + digit - '0';
        }

        return port <= 65_535;
    }

    private static ProxyHeaderStatus ReadBinary(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int length)
    {
        header = default;
        length = 0;
        if (!Signature.StartsWith(bytes[..Math.Min(bytes.Length, Signature.Length)]))
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (bytes.Length < FixedBytes)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        var command = bytes[12];
        var family = bytes[13];
        length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (command is not (0x20 or 0x21) || length > MaxBinaryBytes)
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (bytes.Length < length)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        var whole = bytes[..length];
        var addressBytes = family switch
        {
            0x00 => 0,
            0x11 => 12,
            0x21 => 36,
            0x31 => 216,
            _ => -1,
        };
        if (command == 0x20)
        {
            // A health check of the sender's own: what it says of addresses does not count.
            return ProxyHeaderStatus.Complete;
        }

        if (addressBytes < 0 || length - FixedBytes < addressBytes || (family != 0 && !AreExtensionsGood(whole, FixedBytes + addressBytes)))
        {
            return ProxyHeaderStatus.Malformed;
        }

        header = addressBytes switch
        {
            12 => ReadEndPoints(whole[FixedBytes..], 4),
            36 => ReadEndPoints(whole[FixedBytes..], 16),
            _ => default,
        };
        return ProxyHeaderStatus.Complete;
    }

    private static ProxyHeader ReadEndPoints(ReadOnlySpan<byte> addresses, int size) => new(
        new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..])),
        new IPEndPoint(new IPAddress(addresses[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(addresses[((2 * size) + 2)..])));

    /// <summary>Records of type, length and value fill the rest exactly, and a checksum among them is right.</summary>
    private static bool AreExtensionsGood(ReadOnlySpan<byte> whole, int position)
    {
        while (position < whole.Length)
        {
            if (whole.Length - position < 3)
            {
                return false;
            }

            var size = BinaryPrimitives.ReadUInt16BigEndian(whole[(position + 1)..]);
            if (whole.Length - position - 3 < size || (whole[position] == ChecksumType && !IsChecksumGood(whole, position + 3, size)))
            {
                return false;
            }

            position += 3 + size;
        }

        return true;
    }

    /// <summary>CRC32c over the header with these four bytes as zeros (2.2.3).</summary>
    private static bool IsChecksumGood(ReadOnlySpan<byte> whole, int position, int size)
    {
        if (size != 4)
        {
            return false;
        }

        var checksum = uint.MaxValue;
        for (var i = 0; i < whole.Length; i++)
        {
            checksum = BitOperations.Crc32C(checksum, i >= position && i < position + 4 ? (byte)0 : whole[i]);
        }

        return BinaryPrimitives.ReadUInt32BigEndian(whole[position..]) == ~checksum;
    }
}
