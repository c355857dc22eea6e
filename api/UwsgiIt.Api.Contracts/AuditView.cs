namespace UwsgiIt.Api.Contracts;

/// <summary>Who changed what.</summary>
public sealed record AuditView
{
    /// <summary>Position in the log.</summary>
    public required long Id { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Unix { get; init; }

    /// <summary>For example user:acme.</summary>
    public required string Actor { get; init; }

    /// <summary>Where from.</summary>
    public string? Address { get; init; }

    /// <summary>Method and path.</summary>
    public required string Call { get; init; }

    /// <summary>Of the object.</summary>
    public required string Kind { get; init; }

    /// <summary>Its id.</summary>
    public required long Object { get; init; }

    /// <summary>created, updated or deleted.</summary>
    public required string Action { get; init; }

    /// <summary>JSON of what changed.</summary>
    public string? Before { get; init; }

    /// <summary>JSON of what changed.</summary>
    public string? After { get; init; }

    /// <summary>Also in the log.</summary>
    public required string RequestId { get; init; }

    /// <summary>Of the feed.</summary>
    public required long Version { get; init; }
}
