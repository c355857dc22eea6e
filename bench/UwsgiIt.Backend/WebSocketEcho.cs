using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace UwsgiIt.Backend;

/// <summary>Sends every frame of a client back, unmasked as a server must (RFC 6455, 5.3).</summary>
internal static class WebSocketEcho
{
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455, 4.2.2 has it so; no secret is at stake.")]
    public static string Accept(ReadOnlySpan<byte> key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    public static int Take(ReadOnlySpan<byte> input, Output output)
    {
        if (input.Length < 6)
        {
            return 0;
        }

        var (length, head) = (input[1] & 0x7F) switch
        {
            126 when input.Length >= 4 => (BinaryPrimitives.ReadUInt16BigEndian(input[2..]), 4),
            127 when input.Length >= 10 => ((int)BinaryPrimitives.ReadUInt64BigEndian(input[2..]), 10),
            >= 126 => (int.MaxValue - 14, 0),
            var small => (small, 2),
        };
        var isMasked = (input[1] & 0x80) != 0;
        var start = head + (isMasked ? 4 : 0);
        if (input.Length - start < length)
        {
            return 0;
        }

        var frame = input[..(start + length)].ToArray();
        frame[1] &= 0x7F;
        for (var i = 0; isMasked && i < length; i++)
        {
            frame[start + i] ^= frame[head + (i & 3)];
        }

        output.Write(frame.AsSpan(0, head));
        output.Write(frame.AsSpan(start));
        return start + length;
    }
}
