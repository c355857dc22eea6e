namespace UwsgiIt.Api.Contracts;

/// <summary>A loop-mounted image file. What the api answers.</summary>
public sealed record LoopboxView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Below the home.</summary>
    public required string Filename { get; init; }

    /// <summary>Below the home.</summary>
    public required string Mountpoint { get; init; }

    /// <summary>Read-only.</summary>
    public required bool Ro { get; init; }

    /// <summary>Names.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
