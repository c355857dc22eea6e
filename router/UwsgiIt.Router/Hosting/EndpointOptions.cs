using System.Net;

namespace UwsgiIt.Router.Hosting;

/// <summary>One public listener.</summary>
internal sealed class EndpointOptions
{
    /// <summary><c>ip:port</c>, <c>[v6]:port</c>, <c>*:port</c>, an absolute unix socket path, or <c>fd:name</c> for a socket the service manager passed.</summary>
    public string Address { get; set; } = "";

    /// <summary>What is spoken there. Default Http.</summary>
    public EndpointKind Kind { get; set; }

    /// <summary>Subscription key that all requests of a Uwsgi listener go to, whatever they say; null (the default) looks at their variables.</summary>
    public string? Key { get; set; }

    /// <summary>Whether a Uwsgi listener takes bodies in whole before a node is asked (the original's post-buffering), within Forwarding:BufferMemoryBytes and MaxBufferedBodyBytes. Default false.</summary>
    public bool BufferBodies { get; set; }

    /// <summary>TLS with the certificates of subscriptions, folder and configuration. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>HTTP/2 without TLS by prior knowledge, beside HTTP/1.1 never: the listener then speaks HTTP/2 only. Default false.</summary>
    public bool H2c { get; set; }

    /// <summary>HTTP/3 beside the others on a TLS listener; needs libmsquic. Default false.</summary>
    public bool Http3 { get; set; }

    /// <summary>Whether every connection begins with a PROXY protocol header, version 1 or 2, also before TLS. One without is closed; where this is false, one with is. Default false.</summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>Networks whose PROXY headers are believed, for example <c>10.1.0.0/16</c>; all others are closed. Needed unless the listener is on loopback or a unix socket.</summary>
    public IList<string> ProxySenders { get; init; } = [];

    public IEnumerable<OptionFault> Validate()
    {
        if (!ListenAddress.TryParse(Address, out var address))
        {
            yield return Fault("Address", Address, "is not an address to listen on", "Write ip:port, [v6]:port, *:port, an absolute socket path, or fd:name");
        }

        if (Kind != EndpointKind.Http && (H2c || Http3 || (Kind == EndpointKind.Uwsgi && Tls)))
        {
            yield return Fault("Kind", Kind.ToString(), "speaks neither HTTP nor TLS", "Drop Tls, H2c and Http3, or Kind");
        }

        if (Kind != EndpointKind.Uwsgi && (Key is not null || BufferBodies))
        {
            yield return Fault("Kind", Kind.ToString(), "has no use for Key and BufferBodies", "Drop them, or write Uwsgi");
        }

        if (this is { H2c: true, Tls: true })
        {
            yield return Fault("H2c", "true", "is HTTP/2 without TLS on a listener with TLS", "Drop H2c: TLS listeners agree on HTTP/2 by themselves");
        }

        if (Http3 && !(Tls && System.Net.Quic.QuicListener.IsSupported))
        {
            yield return Fault("Http3", "true", Tls ? "needs libmsquic, which this host lacks" : "needs TLS", Tls ? "Install libmsquic or drop Http3" : "Set Tls or drop Http3");
        }

        foreach (var sender in ProxySenders.Where(static sender => !IPNetwork.TryParse(sender, out _)))
        {
            yield return Fault("ProxySenders", sender, "is not a network", "Write for example 10.1.0.0/16 or 2001:db8::/32");
        }

        if (ProxyProtocol && ProxySenders.Count == 0 && address is { UnixPath: null } && !IPAddress.IsLoopback(address.EndPoint?.Address ?? IPAddress.Any))
        {
            yield return Fault("ProxySenders", "", "is empty: anybody could claim any address", "Name the networks of your load balancers");
        }

        if (ProxyProtocol && Http3)
        {
            yield return Fault("ProxyProtocol", "true", "cannot be had with HTTP/3", "Drop one of them");
        }
    }

    private static OptionFault Fault(string setting, string value, string problem, string remedy) => new($"Listener:Endpoints:{setting}", value, problem, remedy);
}
