namespace UwsgiIt.Api.Contracts;

/// <summary>A series of one metric.</summary>
public sealed record MetricSeriesView
{
    /// <summary>Its name.</summary>
    public required string Metric { get; init; }

    /// <summary>Uid.</summary>
    public required int Container { get; init; }

    /// <summary>Id, for metrics of domains.</summary>
    public int? Domain { get; init; }

    /// <summary>Seconds; 0 raw.</summary>
    public required int Step { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<MetricPoint> Points { get; init; }
}
