namespace UwsgiIt.Api.Contracts;

/// <summary>One value.</summary>
public sealed record HostMetric
{
    /// <summary>For example container.cpu.</summary>
    public required string Metric { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Name, for metrics of domains.</summary>
    public string? Domain { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Unix { get; init; }

    /// <summary>In the metric's unit.</summary>
    public required long Value { get; init; }
}
