namespace UwsgiIt.Api.Contracts;

/// <summary>A loopbox.</summary>
public sealed record HostLoopbox
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Of its container.</summary>
    public required int Uid { get; init; }

    /// <summary>Below the home.</summary>
    public required string Filename { get; init; }

    /// <summary>Below the home.</summary>
    public required string Mountpoint { get; init; }

    /// <summary>Read-only.</summary>
    public required bool Ro { get; init; }
}
