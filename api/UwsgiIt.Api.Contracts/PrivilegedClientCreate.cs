namespace UwsgiIt.Api.Contracts;

/// <summary>A trusted machine that may read secret uuids. What is needed to make one.</summary>
public sealed record PrivilegedClientCreate
{
    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>It calls from it.</summary>
    public required string Address { get; init; }

    /// <summary>SHA-256 of its certificate, hex.</summary>
    public string? CertificateFingerprint { get; init; }
}
