namespace UwsgiIt.Api.Hosting;

/// <summary>One listener.</summary>
internal sealed class EndpointOptions
{
    /// <summary><c>ip:port</c>, <c>[v6]:port</c>, or an absolute unix socket path. On a unix socket root and our own user are operators.</summary>
    public string Address { get; set; } = "";

    /// <summary>TLS with our own certificate; client certificates are asked for. Hosts need it. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>
    /// A router of ours connects here for its clients: X-Forwarded-For is believed, and nobody is an operator for whose process it is. Needed on a
    /// unix socket that is announced. Default false.
    /// </summary>
    public bool Proxied { get; set; }

    /// <summary>Mode of a unix socket, octal. Default 0600.</summary>
    public string Mode { get; set; } = "0600";
}
