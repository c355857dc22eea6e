namespace UwsgiIt.Api.Contracts;

/// <summary>Free text an operator keeps with a customer. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record AttributePatch
{
    /// <summary>Text.</summary>
    public string? Value { get; init; }
}
