namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>
/// The protocol a node speaks, from the packet's <c>proto</c> variable. Words accepted: uwsgi, http, fastcgi, scgi, h2c,
/// and the first letters u, h, f that 2.1 senders use; anything else is refused. Absent means uwsgi.
/// </summary>
public enum UpstreamProtocol
{
    /// <summary>uwsgi packet, then the raw body; the answer is an HTTP response ended by close.</summary>
    Uwsgi = 0,

    /// <summary>HTTP/1.1 with keep-alive.</summary>
    Http = 1,

    /// <summary>FastCGI 1.0, responder role.</summary>
    FastCgi = 2,

    /// <summary>SCGI 1.</summary>
    Scgi = 3,

    /// <summary>HTTP/2 in clear text by prior knowledge.</summary>
    H2c = 4,
}
