namespace UwsgiIt.Api.Contracts;

/// <summary>What a host measured.</summary>
public sealed record HostMetrics
{
    /// <summary>Any number; one transaction.</summary>
    public required IReadOnlyList<HostMetric> Samples { get; init; }
}
