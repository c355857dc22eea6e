namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>What the tunnel has counted; each number by itself, added to by any thread.</summary>
internal sealed class TunnelCounters
{
    public long Sent;
    public long Received;
    public long Handshakes;

    /// <summary>Datagrams that are none of ours, from nobody we know, or for no session.</summary>
    public long Unknown;

    /// <summary>Datagrams that were not sealed by whom they claim.</summary>
    public long Forged;

    /// <summary>Genuine datagrams that came before.</summary>
    public long Replayed;

    /// <summary>Handshakes beyond what a peer may ask for.</summary>
    public long Flooded;
}
