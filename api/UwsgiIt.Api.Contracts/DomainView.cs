namespace UwsgiIt.Api.Contracts;

/// <summary>A DNS name of a customer. What the api answers.</summary>
public sealed record DomainView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Lower case; a leading dot means all below.</summary>
    public required string Name { get; init; }

    /// <summary>The owner.</summary>
    public required int Customer { get; init; }

    /// <summary>Unique.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Names.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>When ownership was proven, seconds since 1970; null: an operator vouched.</summary>
    public long? Verified { get; init; }

    /// <summary>Since when DNS does not prove it any more, seconds since 1970; null while it does, and when it is not asked again.</summary>
    public long? Unproven { get; init; }

    /// <summary>When it goes to a customer who has proven it later, seconds since 1970, unless its owner proves it anew before that; null when nobody has.</summary>
    public long? Due { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
