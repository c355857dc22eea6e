using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Authentication;

/// <summary>Where a request comes from: the connection's peer, or what a trusted proxy says of it.</summary>
internal sealed class PeerAddress
{
    private const string Local = "unix";
    private readonly List<IPNetwork> _proxies;
    private readonly ListenerOptions _listener;
    private readonly bool _hasProxied;

    public PeerAddress(IOptions<ListenerOptions> options)
    {
        _listener = options.Value;
        _hasProxied = _listener.Endpoints.Any(static endpoint => endpoint.Proxied);
        _proxies = [.. options.Value.TrustedProxies.Select(static text => IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : IPNetwork.Parse(text))];
    }

    /// <summary>True when a router of ours brought the request, by the endpoint it came in at.</summary>
    public bool IsProxied(HttpContext context) => _hasProxied && _listener.IsProxied(context.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint);

    public string Of(HttpContext context)
    {
        var peer = context.Connection.RemoteIpAddress is { } remote ? Plain(remote) : null;
        if (!IsProxied(context) && (peer is null || !IsProxy(peer)))
        {
            return peer?.ToString() ?? Local;
        }

        // From the right: the first address that is not a proxy of ours. Left of it anybody could have written anything.
        foreach (var text in string.Join(',', context.Request.Headers["X-Forwarded-For"].ToArray()).Split(',').Reverse())
        {
            if (!IPAddress.TryParse(text.Trim(), out var forwarded))
            {
                break;
            }

            peer = Plain(forwarded);
            if (!IsProxy(peer))
            {
                break;
            }
        }

        return peer?.ToString() ?? Local;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool IsProxy(IPAddress address)
    {
        foreach (var network in _proxies)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
