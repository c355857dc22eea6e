namespace UwsgiIt.Api.Contracts;

/// <summary>A customer's new key pair.</summary>
public sealed record RotatedKey
{
    /// <summary>PEM.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long KeyUnix { get; init; }
}
