namespace UwsgiIt.Api.Contracts;

/// <summary>Where servers stand. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record DatacenterPatch
{
    /// <summary>Unique.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
