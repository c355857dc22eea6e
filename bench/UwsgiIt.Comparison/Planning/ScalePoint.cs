namespace UwsgiIt.Comparison.Planning;

/// <summary>The small answer at the limit of a budget.</summary>
internal sealed record ScalePoint(double Cores, Measured Measured);
