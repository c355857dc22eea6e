namespace UwsgiIt.Api.Contracts;

/// <summary>A firewall rule of a container; highest priority first. What the api answers.</summary>
public sealed record RuleView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>in or out.</summary>
    public required string Direction { get; init; }

    /// <summary>Address or network.</summary>
    public required string Source { get; init; }

    /// <summary>Address or network.</summary>
    public required string Destination { get; init; }

    /// <summary>allow, deny or gateway.</summary>
    public required string Action { get; init; }

    /// <summary>With gateway: address:port.</summary>
    public string? Target { get; init; }

    /// <summary>Higher first.</summary>
    public required int Priority { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>Unique.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
