namespace UwsgiIt.Api.Contracts;

/// <summary>Free text an operator keeps with a customer. What the api answers.</summary>
public sealed record AttributeView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Whose.</summary>
    public required int Customer { get; init; }

    /// <summary>With the key unique for the customer.</summary>
    public required string Namespace { get; init; }

    /// <summary>With the namespace unique for the customer.</summary>
    public required string Key { get; init; }

    /// <summary>Text.</summary>
    public string? Value { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
