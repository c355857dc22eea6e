namespace UwsgiIt.Api.Contracts;

/// <summary>A bearer token. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record TokenPatch
{
    /// <summary>What it is for.</summary>
    public string? Name { get; init; }
}
