namespace UwsgiIt.Api.Contracts;

/// <summary>A TLS certificate for names of a customer. What the api answers.</summary>
public sealed record CertificateView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>The customer's word for it.</summary>
    public required string Name { get; init; }

    /// <summary>The owner.</summary>
    public required int Customer { get; init; }

    /// <summary>What it covers.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>PEM, leaf first.</summary>
    public required string Chain { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long NotBefore { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long NotAfter { get; init; }

    /// <summary>SHA-256 of the leaf, hex.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
