namespace UwsgiIt.Router.Hosting;

/// <summary>One public listener.</summary>
internal sealed class EndpointOptions
{
    /// <summary><c>ip:port</c>, <c>[v6]:port</c>, <c>*:port</c>, an absolute unix socket path, or <c>fd:name</c> for a socket the service manager passed.</summary>
    public string Address { get; set; } = "";

    /// <summary>TLS with the certificates of subscriptions, folder and configuration. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>HTTP/2 without TLS by prior knowledge, beside HTTP/1.1 never: the listener then speaks HTTP/2 only. Default false.</summary>
    public bool H2c { get; set; }

    /// <summary>HTTP/3 beside the others on a TLS listener; needs libmsquic. Default false.</summary>
    public bool Http3 { get; set; }
}
