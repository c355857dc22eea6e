namespace UwsgiIt.Network.Control;

/// <summary>The tunnel to other servers' routers, as the daemon says it.</summary>
/// <remarks>Members with a default have a setter: the generated JSON reader would set those of <c>init</c> to null where the text leaves them out.</remarks>
public sealed record TunnelSettings
{
    /// <summary>Most other servers; arbitrary, may grow.</summary>
    public const int MaxPeers = 4_096;

    /// <summary>Our long-term X25519 key, 32 bytes in base64. Secret.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>Address and port of other routers, as <see cref="Firewall.HostPolicy.Remotes"/> names them, to their public keys, 32 bytes in base64.</summary>
    public IReadOnlyDictionary<string, string> Peers { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Longest packet that is carried whole, in bytes, 1280 to 65,475. Streams are cut to it, senders of longer packets are told, and what may be
    /// fragmented the host's kernel fragments. Default 1420: with what is around it 1,500 over IPv6.
    /// </summary>
    public int PacketBytes { get; set; } = 1420;

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"a tunnel to {Peers.Count} servers";
}
