namespace UwsgiIt.Api.Contracts;

/// <summary>An address that moves between servers. What the api answers.</summary>
public sealed record FloatingAddressView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

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

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
