namespace UwsgiIt.Comparison;

/// <summary>A promise: the most (or the least, where higher is better) that the ratio of ours to the peer's may be; without a peer, the figure itself.</summary>
internal sealed record Target(Metric Metric, string? Peer, double Limit)
{
    public bool IsReached(double value) => Metric.HigherIsBetter ? value >= Limit : value <= Limit;
}
