using System.Buffers.Binary;
using System.Text;

namespace UwsgiIt.Tuntap.Dns;

/// <summary>The one question of a query (RFC 1035 section 4): what a relay must understand of it.</summary>
/// <param name="Id">The asker's number for it.</param>
/// <param name="Name">Name in lower case, without the last dot.</param>
/// <param name="Type">1 is A, 28 AAAA.</param>
/// <param name="Class">1 is the Internet.</param>
/// <param name="EndOffset">Where the question ends within the message.</param>
internal readonly record struct DnsQuestion(ushort Id, string Name, ushort Type, ushort Class, int EndOffset)
{
    public const int HeaderBytes = 12;
    public const ushort A = 1;
    public const ushort Aaaa = 28;

    /// <summary>Longest name on the wire, in bytes (RFC 1035 section 2.3.4).</summary>
    public const int MaxNameBytes = 255;

    /// <summary>Reads a plain query: one question, not an answer, no compression in its name.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsQuestion question)
    {
        question = default;
        if (message.Length < HeaderBytes || (message[2] & 0xf8) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return false;
        }

        var name = new StringBuilder();
        var at = HeaderBytes;
        while (at < message.Length && message[at] != 0)
        {
            var length = message[at];
            if (length > 63 || at + 1 + length >= message.Length || at + length - HeaderBytes >= MaxNameBytes)
            {
                return false;
            }

            // Anything printable but the dot; what is not ours goes to the resolver as it came.
            foreach (var letter in message.Slice(at + 1, length))
            {
                name.Append(letter is > 32 and < 127 and not (byte)'.' ? char.ToLowerInvariant((char)letter) : '?');
            }

            name.Append('.');
            at += length + 1;
        }

        if (at + 5 > message.Length)
        {
            return false;
        }

        question = new DnsQuestion(
            BinaryPrimitives.ReadUInt16BigEndian(message),
            name.Length == 0 ? "" : name.ToString(0, name.Length - 1),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 3)..]),
            at + 5);
        return true;
    }
}
