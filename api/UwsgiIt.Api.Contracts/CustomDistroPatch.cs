namespace UwsgiIt.Api.Contracts;

/// <summary>A distro kept in a customer's container. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record CustomDistroPatch
{
    /// <summary>Unique in it.</summary>
    public string? Name { get; init; }

    /// <summary>Folder in its distros.</summary>
    public string? Path { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Names; replaces.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
