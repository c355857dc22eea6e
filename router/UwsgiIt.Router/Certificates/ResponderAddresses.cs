using System.Net;
using System.Net.Sockets;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Certificates;

/// <summary>
/// Where a responder may be. A customer brings certificates of his own making, and what they name must not have us knock at doors inside: only public
/// addresses and the ports of the web. The operator's may be anywhere.
/// </summary>
internal static class ResponderAddresses
{
    public static readonly HttpRequestOptionsKey<bool> MayGoAnywhere = new("uwsgiit.anywhere");

    private static readonly Networks Closed = Networks.Parse(["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16"]);

    // Of IPv6 all that is handed out is in here.
    private static readonly Networks Global = Networks.Parse(["2000::/3"]);

    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Closed.Contains(plain) && (plain.AddressFamily == AddressFamily.InterNetwork || Global.Contains(plain));
    }

    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var mayGoAnywhere = context.InitialRequestMessage.Options.TryGetValue(MayGoAnywhere, out var value) && value;

        // Looked up here, and connected to what was looked at.
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        if (!mayGoAnywhere)
        {
            addresses = target.Port is 80 or 443 ? Array.FindAll(addresses, IsPublic) : [];
        }

        if (addresses.Length == 0)
        {
            throw new HttpRequestException($"{target.Host}:{target.Port} is no public address of the web");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
