namespace UwsgiIt.Api.Contracts;

/// <summary>Owner of containers and domains. What is needed to make one.</summary>
public sealed record CustomerCreate
{
    /// <summary>Unique; letters, digits and . _ -</summary>
    public required string Name { get; init; }

    /// <summary>Of its first owner, not empty.</summary>
    public required string Password { get; init; }

    /// <summary>Of its first owner.</summary>
    public string? Email { get; init; }

    /// <summary>VAT number.</summary>
    public string? Vat { get; init; }

    /// <summary>Company name.</summary>
    public string? Company { get; init; }

    /// <summary>Operators only.</summary>
    public string? AdminNote { get; init; }

    /// <summary>rsa-2048 (default) or p-256.</summary>
    public string? KeyKind { get; init; }
}
