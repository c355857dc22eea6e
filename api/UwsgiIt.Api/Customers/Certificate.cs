using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Customers;

/// <summary>A TLS certificate a customer gave for its names.</summary>
internal sealed class Certificate : TrackedRow
{
    public int CustomerId { get; set; }

    public required string Name { get; set; }

    /// <summary>Chain, leaf first, PEM.</summary>
    public required string Chain { get; set; }

    [Secret]
    public required string PrivateKey { get; set; }

    /// <summary>Names it covers, space-separated.</summary>
    public required string Names { get; set; }

    public long NotBeforeUnix { get; set; }

    public long NotAfterUnix { get; set; }

    /// <summary>SHA-256 of the leaf, hex.</summary>
    public required string Fingerprint { get; set; }
}
