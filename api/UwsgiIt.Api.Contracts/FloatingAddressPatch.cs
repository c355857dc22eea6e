namespace UwsgiIt.Api.Contracts;

/// <summary>An address that moves between servers. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record FloatingAddressPatch
{
    /// <summary>The owner.</summary>
    public int? Customer { get; init; }

    /// <summary>Who elects its holder.</summary>
    public int? Legion { get; init; }

    /// <summary>Its holder.</summary>
    public int? Server { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
