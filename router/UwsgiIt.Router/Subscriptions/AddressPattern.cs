using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>One entry of <c>AllowedAddresses</c>: a folder of sockets, or an address with a port or a range of ports.</summary>
internal sealed class AddressPattern
{
    private readonly string? _folder;
    private readonly IPAddress? _address;
    private readonly int _low;
    private readonly int _high;

    private AddressPattern(string? folder, IPAddress? address, int low, int high)
    {
        _folder = folder;
        _address = address;
        _low = low;
        _high = high;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressPattern? pattern)
    {
        pattern = null;
        if (text.StartsWith('/') && text.EndsWith('/'))
        {
            pattern = new AddressPattern(text, null, 0, 0);
            return true;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !IPAddress.TryParse(text.AsSpan(0, colon).Trim("[]"), out var address))
        {
            return false;
        }

        var ports = text[(colon + 1)..].Split('-');
        if (ports.Length > 2 || !TryParsePort(ports[0], out var low) || !TryParsePort(ports[^1], out var high) || high < low)
        {
            return false;
        }

        pattern = new AddressPattern(null, address, low, high);
        return true;
    }

    /// <summary>True when the address lies within. Paths with a dot segment never do.</summary>
    public bool Covers(UpstreamAddress address) => address.EndPoint is IPEndPoint endPoint
        ? _address is not null && _address.Equals(endPoint.Address) && endPoint.Port >= _low && endPoint.Port <= _high
        : _folder is not null && address.Text.StartsWith(_folder, StringComparison.Ordinal) && !HasDotSegment(address.Text);

    public static bool HasDotSegment(string path) => path.Split('/').Any(static segment => segment is "." or "..");

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}
