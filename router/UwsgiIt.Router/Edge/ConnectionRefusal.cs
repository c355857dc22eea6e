namespace UwsgiIt.Router.Edge;

/// <summary>Why a connection was closed without, or in the middle of, an answer. The name is the metric's tag.</summary>
internal enum ConnectionRefusal
{
    None = 0,

    /// <summary>There are <c>Limits:MaxConnections</c>, or only the reserve is left and this address has its share.</summary>
    Total,

    /// <summary>The address has <c>Limits:MaxConnectionsPerAddress</c>.</summary>
    Address,

    /// <summary>There are <c>Limits:MaxHandshakes</c>, in all or of this address.</summary>
    Handshakes,

    /// <summary>The name has <c>Limits:MaxHandshakesPerName</c>.</summary>
    HandshakesOfName,

    /// <summary>HTTP/2 streams reset, by the client or made to be.</summary>
    Resets,

    /// <summary>HTTP/2 PING, SETTINGS, PRIORITY, CONTINUATION, empty DATA or unknown frames.</summary>
    ControlFrames,

    /// <summary>HTTP/2 WINDOW_UPDATE frames.</summary>
    WindowUpdates,

    /// <summary>HTTP/2 header blocks.</summary>
    HeaderBytes,

    /// <summary>All connections of the address together.</summary>
    AddressAbuse,

    /// <summary>Everybody together.</summary>
    TotalAbuse,
}
