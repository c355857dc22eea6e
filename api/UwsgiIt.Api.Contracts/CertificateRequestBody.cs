namespace UwsgiIt.Api.Contracts;

/// <summary>A request for a client certificate.</summary>
public sealed record CertificateRequestBody
{
    /// <summary>PKCS#10, PEM.</summary>
    public required string Request { get; init; }
}
