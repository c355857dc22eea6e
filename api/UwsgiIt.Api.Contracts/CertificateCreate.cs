namespace UwsgiIt.Api.Contracts;

/// <summary>A TLS certificate for names of a customer. What is needed to make one.</summary>
public sealed record CertificateCreate
{
    /// <summary>The customer's word for it.</summary>
    public required string Name { get; init; }

    /// <summary>PEM, leaf first.</summary>
    public required string Chain { get; init; }

    /// <summary>PEM; never given back.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The owner; for operators only, customers own what they make.</summary>
    public int? Customer { get; init; }
}
