namespace UwsgiIt.Api.Contracts;

/// <summary>Owner of containers and domains. What the api answers.</summary>
public sealed record CustomerView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique; the login of its first owner too.</summary>
    public required string Name { get; init; }

    /// <summary>VAT number.</summary>
    public string? Vat { get; init; }

    /// <summary>Company name.</summary>
    public string? Company { get; init; }

    /// <summary>What a DNS record proves ownership with.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>False: nobody of it can log in.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether passwords work on the legacy root.</summary>
    public required bool LegacyLogin { get; init; }

    /// <summary>PEM of the key that verifies its announcements.</summary>
    public required string PublicKey { get; init; }

    /// <summary>When that key was made, seconds since 1970.</summary>
    public required long KeyUnix { get; init; }

    /// <summary>Operators only.</summary>
    public string? AdminNote { get; init; }

    /// <summary>How many it has.</summary>
    public required int Containers { get; init; }

    /// <summary>Of its first owner.</summary>
    public string? Email { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
