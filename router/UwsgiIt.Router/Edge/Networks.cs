using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace UwsgiIt.Router.Edge;

/// <summary>A set of address ranges; <c>unix</c> stands for peers of a unix listener, which have no address.</summary>
internal sealed class Networks
{
    public const string UnixWord = "unix";

    private readonly IPNetwork[] _ranges;
    private readonly bool _hasUnix;

    private Networks(IPNetwork[] ranges, bool hasUnix)
    {
        _ranges = ranges;
        _hasUnix = hasUnix;
    }

    public bool IsEmpty => _ranges.Length == 0 && !_hasUnix;

    /// <summary>Reads ranges that <see cref="IsValid"/> has found good; others are left out.</summary>
    public static Networks Parse(IEnumerable<string> texts)
    {
        var all = texts.ToArray();
        return new Networks([.. all.Select(static text => TryParse(text, out var range) ? range : null).OfType<IPNetwork>()], all.Contains(UnixWord, StringComparer.OrdinalIgnoreCase));
    }

    public static bool IsValid(string text) => text.Equals(UnixWord, StringComparison.OrdinalIgnoreCase) || TryParse(text, out _);

    public bool Contains(IPAddress? address)
    {
        if (address is null)
        {
            return _hasUnix;
        }

        // A v4 peer of a dual-stack listener is the v4 address that the operator wrote.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var range in _ranges)
        {
            if (range.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out IPNetwork? range)
    {
        range = null;
        if (!text.Contains('/', StringComparison.Ordinal))
        {
            if (text.IndexOfAny(['.', ':']) < 0 || !IPAddress.TryParse(text, out var single))
            {
                return false;
            }

            range = new IPNetwork(single, single.GetAddressBytes().Length * 8);
            return true;
        }

        if (!IPNetwork.TryParse(text, out var parsed))
        {
            return false;
        }

        range = parsed;
        return true;
    }
}
