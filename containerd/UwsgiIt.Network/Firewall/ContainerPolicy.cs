namespace UwsgiIt.Network.Firewall;

/// <summary>What a container may send and receive, as the daemon says it. Nothing here comes from inside a container.</summary>
/// <remarks>Members with a default have a setter: the generated JSON reader would set those of <c>init</c> to null where the text leaves them out.</remarks>
public sealed record ContainerPolicy
{
    /// <summary>Most rules of a container. Ours: what the bench shows to cost nothing per packet.</summary>
    public const int MaxRules = 10_000;

    /// <summary>Most links of a container. Ours: more than any host has containers.</summary>
    public const int MaxLinks = 4_096;

    /// <summary>Most MiB/s a limit may name; above it is no limit at all.</summary>
    public const long MaxBytesPerSecond = 1L << 40;

    /// <summary>Whose it is: above <see cref="Addresses.AddressPlan.FirstUid"/> - 1.</summary>
    public required int Uid { get; init; }

    /// <summary>Host name of the container, resolved for linked containers; null for none.</summary>
    public string? Name { get; set; }

    /// <summary>Containers it consents to talk with, on this or other servers; the other side must consent too.</summary>
    public IReadOnlyList<int> Links { get; set; } = [];

    /// <summary>It has no way outside, only its links.</summary>
    public bool Dmz { get; set; }

    /// <summary>What no rule matches is denied. Default false: allowed.</summary>
    public bool DenyByDefault { get; set; }

    /// <summary>Its own rules in the rule language, first match wins.</summary>
    public IReadOnlyList<string> Rules { get; set; } = [];

    /// <summary>It sends and receives fragments. Default false: they are dropped.</summary>
    public bool AllowFragments { get; set; }

    /// <summary>Bytes per second it may send, 0 for no limit. What is above waits in its own device.</summary>
    public long OutBytesPerSecond { get; set; }

    /// <summary>Bytes per second it may receive, 0 for no limit. What is above is dropped.</summary>
    public long InBytesPerSecond { get; set; }

    /// <summary>Flows it may open per second, 0 for no limit. A flow is a TCP connection or, of other protocols, a pair of endpoints not seen lately.</summary>
    public int NewFlowsPerSecond { get; set; }
}
