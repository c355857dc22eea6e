namespace UwsgiIt.Api.Contracts;

/// <summary>Free text an operator keeps with a customer. What is needed to make one.</summary>
public sealed record AttributeCreate
{
    /// <summary>Whose.</summary>
    public required int Customer { get; init; }

    /// <summary>With the key unique for the customer.</summary>
    public required string Namespace { get; init; }

    /// <summary>With the namespace unique for the customer.</summary>
    public required string Key { get; init; }

    /// <summary>Text.</summary>
    public string? Value { get; init; }
}
