using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace UwsgiIt.Api.Authentication;

/// <summary>Credentials as they come in headers. Anything malformed is no credentials.</summary>
internal static class LoginHeaders
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary><c>Basic</c>: scheme in any case, exactly two words, name and password split at the first colon.</summary>
    public static bool TryReadBasic(StringValues header, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        (name, password) = (null, null);
        if (header.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var scheme, var encoded] || !scheme.Equals("basic", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length) && TryDecode(bytes.AsSpan(0, length), out var text) && TrySplit(text, out name, out password);
    }

    public static bool TryReadBearer(StringValues header, [NotNullWhen(true)] out string? token)
    {
        token = header.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var scheme, var text] && scheme.Equals("bearer", StringComparison.OrdinalIgnoreCase) ? text : null;
        return token is not null;
    }

    /// <summary>The two hex headers of browser scripts.</summary>
    public static bool TryReadHex(IHeaderDictionary headers, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        password = null;
        return TryReadHex(headers["X-uwsgi-it-username"], out name) && TryReadHex(headers["X-uwsgi-it-password"], out password);
    }

    private static bool TryReadHex(StringValues header, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var hex = header.ToString();
        var bytes = new byte[hex.Length / 2];
        return hex.Length > 0 && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done && TryDecode(bytes, out text);
    }

    private static bool TrySplit(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        (name, password) = colon < 0 ? (null, null) : (text[..colon], text[(colon + 1)..]);
        return colon >= 0;
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }
}
