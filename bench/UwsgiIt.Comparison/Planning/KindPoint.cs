namespace UwsgiIt.Comparison.Planning;

/// <summary>A kind or mix at the limit of the calibration's budget.</summary>
internal sealed record KindPoint(string Name, Measured Measured);
