namespace UwsgiIt.Api.Contracts;

/// <summary>Free configuration of a customer's service on a server. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record CustomServicePatch
{
    /// <summary>Unique.</summary>
    public string? Name { get; init; }

    /// <summary>Text.</summary>
    public string? Config { get; init; }
}
