using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace UwsgiIt.Router.Hosting;

/// <summary>Where to listen: an IP endpoint, a unix socket path, or the name of a descriptor the service manager passed.</summary>
internal sealed record ListenAddress(IPEndPoint? EndPoint, string? UnixPath, string? DescriptorName)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = text switch
        {
            _ when text.StartsWith('/') && text.Length <= 107 => new ListenAddress(null, text, null),
            _ when text.StartsWith("fd:", StringComparison.Ordinal) && text.Length > 3 => new ListenAddress(null, null, text[3..]),
            _ when text.StartsWith("*:", StringComparison.Ordinal) && ushort.TryParse(text.AsSpan(2), out var port) => new ListenAddress(new IPEndPoint(IPAddress.IPv6Any, port), null, null),
            _ when text.LastIndexOf(':') > 0 && IPEndPoint.TryParse(text, out var endPoint) => new ListenAddress(endPoint, null, null),
            _ => null,
        };
        return address is not null;
    }
}
