namespace UwsgiIt.Api.Contracts;

/// <summary>A TLS certificate for names of a customer. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record CertificatePatch
{
    /// <summary>PEM, leaf first; with its key.</summary>
    public string? Chain { get; init; }

    /// <summary>PEM; never given back.</summary>
    public string? PrivateKey { get; init; }
}
