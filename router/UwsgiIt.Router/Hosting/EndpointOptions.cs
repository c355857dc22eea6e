using System.Net;

namespace UwsgiIt.Router.Hosting;

/// <summary>One public listener.</summary>
internal sealed class EndpointOptions
{
    private const string SniPlaceholder = "{sni}";

    /// <summary><c>ip:port</c>, <c>[v6]:port</c>, <c>*:port</c>, an absolute unix socket path, or <c>fd:name</c> for a socket the service manager passed.</summary>
    public string Address { get; set; } = "";

    /// <summary>What is spoken there. Default Http.</summary>
    public EndpointKind Kind { get; set; }

    /// <summary>
    /// Subscription key that everything here goes to. Uwsgi: null (the default) looks at the variables. Tcp: default the address. Tcp with Tls
    /// and TlsPassthrough: default <c>{sni}:port</c>, where <c>{sni}</c> stands for the client's name for us; a client without one gets the address.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>Whether a Uwsgi listener takes bodies in whole before a node is asked (the original's post-buffering), within Forwarding:BufferMemoryBytes and MaxBufferedBodyBytes. Default false.</summary>
    public bool BufferBodies { get; set; }

    /// <summary>Whether nodes of a Tcp listener are told their client by XCLIENT, as mail servers want it. Default false.</summary>
    public bool Xclient { get; set; }

    /// <summary>Whether an Http listener takes RTSP/1.0: the first request's URL names the node, all bytes after it pass. Default false (the platform has it on).</summary>
    public bool Rtsp { get; set; }

    /// <summary>The same for icecast's SOURCE method. Default false (the platform has it on).</summary>
    public bool Source { get; set; }

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

        foreach (var (setting, isSet, isUsed) in new[]
        {
            ("Tls", Tls, Kind is EndpointKind.Http or EndpointKind.Tcp), ("H2c", H2c, Kind == EndpointKind.Http), ("Http3", Http3, Kind == EndpointKind.Http),
            ("Key", Key is not null, Kind != EndpointKind.Http), ("BufferBodies", BufferBodies, Kind == EndpointKind.Uwsgi), ("Xclient", Xclient, Kind == EndpointKind.Tcp),
            ("Rtsp", Rtsp, Kind == EndpointKind.Http && !H2c), ("Source", Source, Kind == EndpointKind.Http && !H2c),
        })
        {
            if (isSet && !isUsed)
            {
                yield return Fault(setting, "set", $"means nothing to a listener of kind {Kind}", "Drop it, or choose another Kind");
            }
        }

        if (Kind is EndpointKind.Tcp or EndpointKind.TlsPassthrough && Key is null && address is not null && (address.EndPoint is null || (Kind == EndpointKind.Tcp && !Tls && Address.StartsWith('*'))))
        {
            yield return Fault("Key", "", "is needed where the address is no ip:port", "Name the subscription key that nodes announce for this listener");
        }

        if (Key is not null && Key.Contains(SniPlaceholder, StringComparison.Ordinal) && !(Kind == EndpointKind.TlsPassthrough || (Kind == EndpointKind.Tcp && Tls)))
        {
            yield return Fault("Key", Key, "has a {sni} without TLS to read it from", "Set Tls, or write a key");
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

    /// <summary>The key of a raw connection; <paramref name="name"/> is what the client calls us, or null.</summary>
    public string KeyFor(string? name)
    {
        var readsName = Tls || Kind == EndpointKind.TlsPassthrough;
        return Key is null ? (readsName && name is not null && ListenAddress.TryParse(Address, out var address) ? $"{name}:{address.EndPoint?.Port}" : Address)
            : !Key.Contains(SniPlaceholder, StringComparison.Ordinal) ? Key
            : name is null ? Address
            : Key.Replace(SniPlaceholder, name, StringComparison.Ordinal);
    }

    private static OptionFault Fault(string setting, string value, string problem, string remedy) => new($"Listener:Endpoints:{setting}", value, problem, remedy);
}
