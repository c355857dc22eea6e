namespace UwsgiIt.Api.Contracts;

/// <summary>A DNS name of a customer. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record DomainPatch
{
    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Names; replaces.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
