namespace UwsgiIt.Api.Contracts;

/// <summary>A trusted machine that may read secret uuids. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record PrivilegedClientPatch
{
    /// <summary>It calls from it.</summary>
    public string? Address { get; init; }

    /// <summary>SHA-256 of its certificate, hex.</summary>
    public string? CertificateFingerprint { get; init; }
}
