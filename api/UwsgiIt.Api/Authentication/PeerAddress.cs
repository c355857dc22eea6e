using System.Net;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Authentication;

/// <summary>Where a request comes from: the connection's peer, or what a trusted proxy says of it.</summary>
internal sealed class PeerAddress
{
    private readonly List<IPNetwork> _proxies;

    public PeerAddress(IOptions<ListenerOptions> options) =>
        _proxies = [.. options.Value.TrustedProxies.Select(static text => IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : IPNetwork.Parse(text))];

    public string Of(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } peer)
        {
            return "unix";
        }

        peer = Plain(peer);
        if (!IsProxy(peer))
        {
            return peer.ToString();
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

        return peer.ToString();
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
