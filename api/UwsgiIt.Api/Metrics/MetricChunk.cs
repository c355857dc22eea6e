namespace UwsgiIt.Api.Metrics;

/// <summary>Points of one series in one stretch of time, packed: see <see cref="MetricPoints"/>.</summary>
internal sealed class MetricChunk
{
    /// <summary>Seconds between points; 0 raw.</summary>
    public int Resolution { get; set; }

    public int ContainerId { get; set; }

    /// <summary>0 for the container's own series.</summary>
    public int DomainId { get; set; }

    /// <summary>Number of the metric, see <see cref="MetricNames"/>.</summary>
    public int Metric { get; set; }

    /// <summary>Begin of the stretch, seconds since 1970.</summary>
    public long Start { get; set; }

    public required byte[] Data { get; set; }
}
