using System.Net;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// Peers whose word about the client counts. The client is the last address in X-Forwarded-For that is not one of theirs: whatever stands
/// further left could have been written by anybody.
/// </summary>
internal sealed class TrustedProxies
{
    private volatile Networks _networks;

    public TrustedProxies(IOptionsMonitor<ForwardingOptions> options)
    {
        _networks = Networks.Parse(options.CurrentValue.TrustedProxies);
        options.OnChange(changed => _networks = Networks.Parse(changed.TrustedProxies));
    }

    public bool Any => !_networks.IsEmpty;

    public bool Contains(IPAddress? peer) => _networks.Contains(peer);

    /// <summary>Puts the client's address and scheme on the request where its peer is trusted.</summary>
    public void Apply(HttpContext context)
    {
        var networks = _networks;
        var peer = context.Connection.RemoteIpAddress;
        if (!networks.Contains(peer))
        {
            return;
        }

        var headers = context.Request.Headers;
        var peerText = peer is null ? "unknown" : ToText(peer);
        var chain = headers["X-Forwarded-For"].ToString();
        var client = FindClient(chain, networks);
        var host = headers["X-Forwarded-Host"] is { Count: 1 } said ? said.ToString() : null;
        var forwarded = headers["Forwarded"] is { Count: > 0 } elements ? $"{elements}, for={Quote(peerText)}" : null;
        context.Features.Set(new ForwardedChain(chain.Length == 0 ? peerText : $"{chain}, {peerText}", host, forwarded));
        if (headers["X-Forwarded-Proto"] is { Count: 1 } proto && (proto == "https" || proto == "http"))
        {
            context.Request.Scheme = proto!;
        }

        if (client is not null)
        {
            context.Connection.RemoteIpAddress = client;
            context.Connection.RemotePort = 0;
        }
    }

    private static IPAddress? FindClient(string chain, Networks networks)
    {
        IPAddress? client = null;
        var rest = chain.AsSpan();
        while (!rest.IsEmpty)
        {
            var comma = rest.LastIndexOf(',');
            if (!TryReadAddress(rest[(comma + 1)..].Trim(), out var address))
            {
                break;
            }

            client = address;
            if (!networks.Contains(address))
            {
                break;
            }

            rest = comma < 0 ? default : rest[..comma];
        }

        return client;
    }

    /// <summary>An address, with a port or without. Numbers without a dot or colon are none, whatever inet_aton says.</summary>
    private static bool TryReadAddress(ReadOnlySpan<char> text, out IPAddress? address)
    {
        address = null;
        if (text.IndexOfAny('.', ':') < 0)
        {
            return false;
        }

        if (IPAddress.TryParse(text, out address))
        {
            return true;
        }

        var isParsed = IPEndPoint.TryParse(text, out var endPoint);
        address = endPoint?.Address;
        return isParsed;
    }

    private static string ToText(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    private static string Quote(string address) => address.Contains(':', StringComparison.Ordinal) ? $"\"[{address}]\"" : address;
}
