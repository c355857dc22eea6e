namespace UwsgiIt.Api.Contracts;

/// <summary>An address that moves between servers. What is needed to make one.</summary>
public sealed record FloatingAddressCreate
{
    /// <summary>Unique.</summary>
    public required string Address { get; init; }

    /// <summary>The owner.</summary>
    public int? Customer { get; init; }

    /// <summary>Who elects its holder.</summary>
    public int? Legion { get; init; }

    /// <summary>Its holder.</summary>
    public int? Server { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
