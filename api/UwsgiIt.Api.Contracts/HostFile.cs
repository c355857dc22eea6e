namespace UwsgiIt.Api.Contracts;

/// <summary>A file a host sends in.</summary>
public sealed record HostFile
{
    /// <summary>Its path.</summary>
    public required string File { get; init; }

    /// <summary>Its text.</summary>
    public required string Value { get; init; }
}
