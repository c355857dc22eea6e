namespace UwsgiIt.Api.Contracts;

/// <summary>A label. What the api answers.</summary>
public sealed record TagView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique for the customer.</summary>
    public required string Name { get; init; }

    /// <summary>The owner.</summary>
    public required int Customer { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
