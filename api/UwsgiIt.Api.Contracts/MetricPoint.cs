namespace UwsgiIt.Api.Contracts;

/// <summary>One value; in an aggregated series the last of its step.</summary>
public sealed record MetricPoint
{
    /// <summary>Seconds since 1970.</summary>
    public required long Unix { get; init; }

    /// <summary>In the metric's unit.</summary>
    public required double Value { get; init; }

    /// <summary>Smallest in the step.</summary>
    public double? Min { get; init; }

    /// <summary>Largest in the step.</summary>
    public double? Max { get; init; }

    /// <summary>Mean of the step.</summary>
    public double? Avg { get; init; }
}
