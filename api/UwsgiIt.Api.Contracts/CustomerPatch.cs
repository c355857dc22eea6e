namespace UwsgiIt.Api.Contracts;

/// <summary>Owner of containers and domains. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record CustomerPatch
{
    /// <summary>VAT number.</summary>
    public string? Vat { get; init; }

    /// <summary>Company name.</summary>
    public string? Company { get; init; }

    /// <summary>Of its first owner.</summary>
    public string? Email { get; init; }

    /// <summary>New password of its first owner.</summary>
    public string? Password { get; init; }

    /// <summary>Operators only.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether passwords work on the legacy root.</summary>
    public bool? LegacyLogin { get; init; }

    /// <summary>Operators only.</summary>
    public string? AdminNote { get; init; }
}
