namespace UwsgiIt.Api.Contracts;

/// <summary>A label. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record TagPatch
{
    /// <summary>Unique for the customer.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
