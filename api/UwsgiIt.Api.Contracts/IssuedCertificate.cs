namespace UwsgiIt.Api.Contracts;

/// <summary>A client certificate.</summary>
public sealed record IssuedCertificate
{
    /// <summary>PEM.</summary>
    public required string Certificate { get; init; }

    /// <summary>PEM of who signed it.</summary>
    public required string Authority { get; init; }

    /// <summary>SHA-256, hex.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long NotAfter { get; init; }
}
