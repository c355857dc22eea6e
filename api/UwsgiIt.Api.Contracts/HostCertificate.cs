namespace UwsgiIt.Api.Contracts;

/// <summary>A certificate with its key.</summary>
public sealed record HostCertificate
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>What it covers.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>PEM.</summary>
    public required string Chain { get; init; }

    /// <summary>PEM.</summary>
    public required string PrivateKey { get; init; }
}
