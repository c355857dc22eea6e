namespace UwsgiIt.Api.Contracts;

/// <summary>A root filesystem containers start from. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record DistroPatch
{
    /// <summary>Unique.</summary>
    public string? Name { get; init; }

    /// <summary>Folder below the host's distros.</summary>
    public string? Path { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
