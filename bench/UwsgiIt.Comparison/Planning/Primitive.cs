namespace UwsgiIt.Comparison.Planning;

/// <summary>What a request consists of, for the router. The cost of a mix is the sum of its primitives' costs.</summary>
internal enum Primitive
{
    /// <summary>A request to an upstream that speaks HTTP.</summary>
    HttpRequest = 0,
    UwsgiRequest,
    FastCgiRequest,

    /// <summary>A WebSocket message and its echo.</summary>
    WebSocketMessage,

    /// <summary>An answer that does not fit, with its head, into one block of the router's memory: it takes further calls.</summary>
    LongAnswer,

    /// <summary>A byte of an answer's first 64 KiB, without TLS.</summary>
    ResponseByte,

    /// <summary>A byte after those: larger answers fill buffers better.</summary>
    LargeResponseByte,

    /// <summary>A request with a body, whatever its length.</summary>
    Upload,

    /// <summary>A byte of an upload, without TLS.</summary>
    RequestByte,

    /// <summary>A client connection opened and closed.</summary>
    Connection,

    /// <summary>What TLS adds to a request on a kept connection.</summary>
    TlsRequest,
    TlsResponseByte,
    LargeTlsResponseByte,
    TlsRequestByte,

    /// <summary>A handshake with a key of P-256.</summary>
    EcdsaHandshake,

    /// <summary>A handshake with a key of RSA 2048.</summary>
    RsaHandshake,
    ResumedHandshake,

    /// <summary>What HTTP/2 over TLS adds to a request, instead of what TLS adds.</summary>
    Http2Request,

    /// <summary>A byte of an answer over HTTP/2, in frames and records.</summary>
    Http2ResponseByte,

    /// <summary>A request of another kind than the one before: the code and data that it needs have left the caches.</summary>
    Switch,
}
