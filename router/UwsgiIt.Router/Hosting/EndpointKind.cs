namespace UwsgiIt.Router.Hosting;

/// <summary>What a listener speaks.</summary>
internal enum EndpointKind
{
    /// <summary>HTTP.</summary>
    Http = 0,

    /// <summary>uwsgi packets of a web server or another router (the original's fastrouter).</summary>
    Uwsgi,

    /// <summary>Whatever client and node speak: bytes both ways (the original's rawrouter, and with TLS its sslrouter).</summary>
    Tcp,

    /// <summary>TLS between client and node; we read the name and nothing else.</summary>
    TlsPassthrough,
}
