namespace UwsgiIt.Api.Contracts;

/// <summary>A root filesystem containers start from. What is needed to make one.</summary>
public sealed record DistroCreate
{
    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>Folder below the host's distros.</summary>
    public required string Path { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
