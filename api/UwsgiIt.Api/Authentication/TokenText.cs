using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace UwsgiIt.Api.Authentication;

/// <summary>How a bearer token looks: <c>uit_</c> and 32 random bytes.</summary>
internal static class TokenText
{
    public const string Prefix = "uit_";
    private const int RandomBytes = 32;
    private const int Length = 4 + 43;

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool IsWellFormed(string text) => text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal);

    public static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
