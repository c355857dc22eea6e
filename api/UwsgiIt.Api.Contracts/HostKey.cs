namespace UwsgiIt.Api.Contracts;

/// <summary>A customer's key and the names it may announce.</summary>
public sealed record HostKey
{
    /// <summary>Id.</summary>
    public required int Customer { get; init; }

    /// <summary>PEM.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Lower case.</summary>
    public required IReadOnlyList<string> Domains { get; init; }
}
