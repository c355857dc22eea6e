namespace UwsgiIt.Api.Contracts;

/// <summary>Free configuration of a customer's service on a server. What the api answers.</summary>
public sealed record CustomServiceView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>The owner.</summary>
    public required int Customer { get; init; }

    /// <summary>Where it runs.</summary>
    public required int Server { get; init; }

    /// <summary>Text.</summary>
    public required string Config { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
