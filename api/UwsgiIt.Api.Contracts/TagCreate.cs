namespace UwsgiIt.Api.Contracts;

/// <summary>A label. What is needed to make one.</summary>
public sealed record TagCreate
{
    /// <summary>Unique for the customer.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>The owner; for operators only, customers own what they make.</summary>
    public int? Customer { get; init; }
}
