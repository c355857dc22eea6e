namespace UwsgiIt.Api.Contracts;

/// <summary>A trusted machine that may read secret uuids. What the api answers.</summary>
public sealed record PrivilegedClientView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>It calls from it.</summary>
    public required string Address { get; init; }

    /// <summary>SHA-256 of its certificate, hex.</summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
