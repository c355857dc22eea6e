namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>A well-formed subscription datagram: what its sender claims. Nothing in it is trusted before the signature has been verified.</summary>
public sealed record SubscriptionPacket
{
    /// <summary>Subscribe or unsubscribe, from the unsigned header.</summary>
    public required SubscriptionCommand Command { get; init; }

    /// <summary>The name claimed, 1 to 255 bytes; ASCII letters of the host part are folded to lower case, a mountpoint's path is kept.</summary>
    public required string Key { get; init; }

    /// <summary>Node address: a unix socket path or <c>ip:port</c> (<c>[v6]:port</c>). Null only when <see cref="Vassal"/> is present.</summary>
    public string? Address { get; init; }

    /// <summary>modifier1 of requests sent to this node, 0 to 255; 123 means raw mode.</summary>
    public byte Modifier1 { get; init; }

    /// <summary>modifier2 of requests sent to this node, 0 to 255.</summary>
    public byte Modifier2 { get; init; }

    /// <summary>Processes times threads behind the address; informational.</summary>
    public ulong Cores { get; init; }

    /// <summary>Load the node reports; informational.</summary>
    public ulong Load { get; init; }

    /// <summary>Balancing weight, at least 1: 0 and absent on the wire mean 1.</summary>
    public ulong Weight { get; init; } = 1;

    /// <summary>Backup level; only the lowest level with a live node takes traffic.</summary>
    public ulong Backup { get; init; }

    /// <summary>Protocol the node speaks.</summary>
    public UpstreamProtocol Protocol { get; init; }

    /// <summary>Balancing wanted for a slot that this packet creates; null means the router's default.</summary>
    public BalancingAlgorithm? Algorithm { get; init; }

    /// <summary>Name of the on-demand instance, 1 to 255 bytes, or null.</summary>
    public string? Vassal { get; init; }

    /// <summary>With <see cref="Vassal"/> and the node's address: forget the address, keep the node.</summary>
    public bool Clear { get; init; }

    /// <summary>Plain HTTP for the key is to be redirected to https (<c>force_https</c>, ours; the original's routers ignore it).</summary>
    public bool ForcesHttps { get; init; }

    /// <summary>The node is to get no new requests, those in flight finish (<c>drain</c>, ours; the original's routers ignore it).</summary>
    public bool Drains { get; init; }

    /// <summary>Sender's clock in seconds since 1970; 0 when unsigned. Real senders add 1 to it in an unsubscribe.</summary>
    public long UnixSeconds { get; init; }

    /// <summary>Path of the unix datagram socket that wants the ack, 1 to 101 bytes, or null.</summary>
    public string? Notify { get; init; }

    /// <summary>The certificate brought along, or null.</summary>
    public SniClaim? Sni { get; init; }

    /// <summary>Signed bytes, as an offset and length into the datagram: from the first record up to the <c>sign</c> record. Length 0 when unsigned.</summary>
    public Range SignedRange { get; init; }

    /// <summary>Signature bytes as a range of the datagram, or an empty range when unsigned.</summary>
    public Range SignatureRange { get; init; }

    /// <summary>True when the datagram carries a signature.</summary>
    public bool IsSigned { get; init; }
}
