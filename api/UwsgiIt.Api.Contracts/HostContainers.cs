namespace UwsgiIt.Api.Contracts;

/// <summary>Everything containerd needs to know.</summary>
public sealed record HostContainers
{
    /// <summary>Of the feed, at the least.</summary>
    public required long Version { get; init; }

    /// <summary>Id of the server that asks.</summary>
    public required int Server { get; init; }

    /// <summary>Its name.</summary>
    public required string ServerName { get; init; }

    /// <summary>An operator confirmed that many containers vanish.</summary>
    public required bool Confirmed { get; init; }

    /// <summary>All that can run.</summary>
    public required IReadOnlyList<HostContainer> Containers { get; init; }

    /// <summary>All.</summary>
    public required IReadOnlyList<HostLoopbox> Loopboxes { get; init; }

    /// <summary>All.</summary>
    public required IReadOnlyList<HostPortmap> Portmaps { get; init; }

    /// <summary>Containers elsewhere that these are linked with.</summary>
    public IReadOnlyList<HostRemote> Remotes { get; init; } = [];

    /// <summary>Custom services.</summary>
    public required IReadOnlyList<HostService> Services { get; init; }

    /// <summary>Of this server.</summary>
    public required IReadOnlyList<HostLegion> Legions { get; init; }

    /// <summary>Floating addresses that are this server's, whatever its legions.</summary>
    public IReadOnlyList<string> Floating { get; init; } = [];

    /// <summary>Addresses of all other servers.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>Paths to send in.</summary>
    public required IReadOnlyList<string> CollectedFiles { get; init; }
}
