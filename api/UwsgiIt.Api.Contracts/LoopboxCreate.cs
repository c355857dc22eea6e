namespace UwsgiIt.Api.Contracts;

/// <summary>A loop-mounted image file. What is needed to make one.</summary>
public sealed record LoopboxCreate
{
    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Below the home.</summary>
    public required string Filename { get; init; }

    /// <summary>Below the home.</summary>
    public required string Mountpoint { get; init; }

    /// <summary>Read-only; default false.</summary>
    public bool? Ro { get; init; }

    /// <summary>Names.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
