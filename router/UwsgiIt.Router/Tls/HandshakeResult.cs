namespace UwsgiIt.Router.Tls;

/// <summary>How a handshake ended without a connection.</summary>
internal enum HandshakeResult
{
    /// <summary>By an alert of either side, or bytes that are none of the protocol.</summary>
    Failed,

    /// <summary>The client closed the connection.</summary>
    Left,

    /// <summary>After Tls:HandshakeTimeout.</summary>
    TimedOut,

    /// <summary>Plain HTTP on a TLS listener; it was told.</summary>
    Plain,

    /// <summary>Limits:MaxHandshakesPerName were under way.</summary>
    Refused,
}
