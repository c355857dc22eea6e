namespace UwsgiIt.Router.Edge;

/// <summary>Why a request went no further. The name is the metric's tag; Kestrel's own refusals are counted beside these under Kestrel's names.</summary>
internal enum RequestRefusal
{
    None = 0,

    /// <summary>Content-Length and Transfer-Encoding both say where the body ends. 400.</summary>
    LengthAndTransferCoding,

    /// <summary>A Transfer-Encoding that is not exactly one <c>chunked</c>. 400.</summary>
    TransferCoding,

    /// <summary>A Transfer-Encoding in HTTP/1.0, which has none. 400.</summary>
    TransferCodingVersion,

    /// <summary>A header of HTTP/1 connections over HTTP/2 or 3: Upgrade, Keep-Alive or Proxy-Connection. 400. Kestrel refuses the others.</summary>
    ConnectionHeader,

    /// <summary>No Host, more than one, an empty one, or one that is no name. 400.</summary>
    Host,

    /// <summary>A control character or a space in the target, or a user in its authority. 400.</summary>
    Target,

    /// <summary>An escape in the path that the name's policy refuses. 400.</summary>
    EncodedPath,

    /// <summary>CONNECT or TRACE. 405.</summary>
    Method,

    /// <summary>A header name that is not a token. 400.</summary>
    HeaderName,

    /// <summary>CR, LF or NUL in a header value. 400.</summary>
    HeaderValue,

    /// <summary>A header name with '_' where the policy refuses them. 400.</summary>
    Underscore,

    /// <summary>Bytes right after a request to upgrade, for a protocol in which the client waits to be asked. 400.</summary>
    BytesAfterUpgrade,

    /// <summary>The client's address is denied, or not among those allowed. 403.</summary>
    Address,

    /// <summary>The address, the name or its group asked more often than it may. 429.</summary>
    Rate,

    /// <summary>The name is under maintenance. 503.</summary>
    Maintenance,

    /// <summary>No credentials, wrong ones, or a silent authentication service. 401 or 502.</summary>
    Authentication,
}
