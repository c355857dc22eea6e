using System.Buffers;
using System.Net;
using System.Text;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>The shapes a key, an address and a number may have. All functions allocate nothing and look at bytes only.</summary>
internal static class SubscriptionGrammar
{
    private static readonly SearchValues<byte> HostBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"u8);
    private static readonly SearchValues<byte> LiteralBytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>A host (letters, digits, '.', '-', '_', or a bracketed IPv6 literal; a leading '.' makes it a wildcard), optional <c>:port</c>, optional <c>/path</c> of printable ASCII.</summary>
    public static bool IsKey(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty || key.Length > ProtocolLimits.MaxKeyBytes)
        {
            return false;
        }

        var slash = key.IndexOf((byte)'/');
        var path = slash < 0 ? default : key[slash..];
        var host = slash < 0 ? key : key[..slash];
        if (path.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            return false;
        }

        var colon = host.LastIndexOf((byte)':');
        if (host.IsEmpty || (host[0] == (byte)'[' && host[^1] == (byte)']'))
        {
            colon = -1;
        }

        if (colon >= 0 && !TryParsePort(host[(colon + 1)..]))
        {
            return false;
        }

        var name = colon >= 0 ? host[..colon] : host;
        return name.Length > 0 && name[0] == (byte)'['
            ? name.Length > 3 && name[^1] == (byte)']' && !name[1..^1].ContainsAnyExcept(LiteralBytes)
            : IsHostName(name);
    }

    /// <summary>An absolute path of a unix socket, or an IP address with a port; names are not addresses.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> address)
    {
        if (address.IsEmpty || address.Length > ProtocolLimits.MaxAddressBytes || address.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            return false;
        }

        if (address[0] == (byte)'/')
        {
            return true;
        }

        // ":port" is what a sender writes for a socket bound to every address.
        if (address[0] == (byte)':')
        {
            return TryParsePort(address[1..]);
        }

        Span<char> text = stackalloc char[ProtocolLimits.MaxAddressBytes];
        var length = Encoding.ASCII.GetChars(address, text);
        var colon = address.LastIndexOf((byte)':');
        return colon > 0 && TryParsePort(address[(colon + 1)..]) && IPEndPoint.TryParse(text[..length], out _);
    }

    /// <summary>Printable ASCII without spaces, 1 to <paramref name="limit"/> bytes.</summary>
    public static bool IsPrintable(ReadOnlySpan<byte> text, int limit) =>
        !text.IsEmpty && text.Length <= limit && !text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e);

    /// <summary>Decimal digits only, no sign, no space, no overflow.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        foreach (var digit in text)
        {
            var value = (uint)(digit - '0');
            if (value > 9 || number > (ulong.MaxValue - value) / 10)
            {
                return false;
            }

            number = (number * 10) + value;
        }

        return true;
    }

    private static bool TryParsePort(ReadOnlySpan<byte> text) => text.Length <= 5 && TryParseNumber(text, out var port) && port is > 0 and <= 65535;

    private static bool IsHostName(ReadOnlySpan<byte> name)
    {
        // A wildcard is one leading dot; an empty label anywhere else is a typing error that would never match a Host.
        var rest = name.StartsWith("."u8) ? name[1..] : name;
        return !rest.IsEmpty && rest[0] != (byte)'.' && rest[^1] != (byte)'.' && rest.IndexOf(".."u8) < 0
            && !rest.ContainsAnyExcept(HostBytes);
    }
}
