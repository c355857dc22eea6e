namespace UwsgiIt.Api.Contracts;

/// <summary>A distro kept in a customer's container. What is needed to make one.</summary>
public sealed record CustomDistroCreate
{
    /// <summary>Uid of the container that stores it.</summary>
    public required int Container { get; init; }

    /// <summary>Unique in it.</summary>
    public required string Name { get; init; }

    /// <summary>Folder in its distros.</summary>
    public required string Path { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
