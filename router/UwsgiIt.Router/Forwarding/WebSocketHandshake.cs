using System.Security.Cryptography;
using System.Text;

namespace UwsgiIt.Router.Forwarding;

/// <summary>The key and answer of a WebSocket opening handshake (RFC 6455, 4).</summary>
internal static class WebSocketHandshake
{
    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    public static string CreateKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public static bool IsAccepted(string key, string? accept)
    {
        Span<byte> input = stackalloc byte[24 + 36];
        Encoding.ASCII.GetBytes(key, input);
        Guid.CopyTo(input[24..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The handshake is defined with SHA-1; it proves nothing but that the peer speaks WebSocket.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        return accept is not null && accept == Convert.ToBase64String(hash);
    }
}
