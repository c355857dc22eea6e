namespace UwsgiIt.Comparison.Planning;

/// <summary>A mix at the router's limit.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="CpuMicroseconds">CPU of the router for an answer.</param>
/// <param name="Used">Share of its CPU budget that it used, from 0 to 1.</param>
internal sealed record Measured(double PerSecond, double CpuMicroseconds, double Used)
{
    private const double Exhausted = 0.9;

    /// <summary>False when something else, the generator or a neighbour, was at its limit first: then the rate is not the router's.</summary>
    public bool IsSaturated => Used >= Exhausted;
}
