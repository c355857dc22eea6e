namespace UwsgiIt.Router.Tls;

/// <summary>Where a handshake stands.</summary>
internal enum TlsProgress
{
    /// <summary>It goes on when the client has sent more.</summary>
    Waits,

    Done,

    /// <summary>The client has been told by an alert, where the protocol has one.</summary>
    Failed,

    /// <summary>The first byte is none of TLS: plain HTTP, most likely.</summary>
    Plain,

    /// <summary>The client left.</summary>
    Ended,
}
