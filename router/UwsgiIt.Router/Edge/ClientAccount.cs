namespace UwsgiIt.Router.Edge;

/// <summary>What one address holds and did. Lives as long as it has a connection.</summary>
internal sealed class ClientAccount
{
    /// <summary>Guarded by the lock of <see cref="ConnectionLimits"/>.</summary>
    public int Connections { get; set; }

    /// <summary>Guarded by the lock of <see cref="HandshakeLimits"/>.</summary>
    public int Handshakes { get; set; }

    /// <summary>HTTP/2 frames that cost us more than the client.</summary>
    public SlidingCount Abuse { get; } = new();
}
