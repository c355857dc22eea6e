namespace UwsgiIt.Api.Contracts;

/// <summary>One change of the feed.</summary>
public sealed record ChangeView
{
    /// <summary>Position in the feed.</summary>
    public required long Version { get; init; }

    /// <summary>Of the object.</summary>
    public required string Kind { get; init; }

    /// <summary>Its id.</summary>
    public required long Object { get; init; }

    /// <summary>created, updated or deleted.</summary>
    public required string Action { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Unix { get; init; }
}
