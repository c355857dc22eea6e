namespace UwsgiIt.Api.Contracts;

/// <summary>A distro kept in a customer's container. What the api answers.</summary>
public sealed record CustomDistroView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Uid of the container that stores it.</summary>
    public required int Container { get; init; }

    /// <summary>Unique in it.</summary>
    public required string Name { get; init; }

    /// <summary>Folder in its distros.</summary>
    public required string Path { get; init; }

    /// <summary>Unique.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Names.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
