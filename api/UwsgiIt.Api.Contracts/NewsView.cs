namespace UwsgiIt.Api.Contracts;

/// <summary>A word from the operator. What the api answers.</summary>
public sealed record NewsView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>Shown without a login too.</summary>
    public required bool Public { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
