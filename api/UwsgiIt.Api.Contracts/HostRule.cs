namespace UwsgiIt.Api.Contracts;

/// <summary>One rule of a container's firewall.</summary>
public sealed record HostRule
{
    /// <summary>in or out.</summary>
    public required string Direction { get; init; }

    /// <summary>Network.</summary>
    public required string Source { get; init; }

    /// <summary>Network.</summary>
    public required string Destination { get; init; }

    /// <summary>allow, deny or gateway.</summary>
    public required string Action { get; init; }

    /// <summary>With gateway.</summary>
    public string? Target { get; init; }
}
