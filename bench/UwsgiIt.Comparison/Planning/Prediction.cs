namespace UwsgiIt.Comparison.Planning;

/// <summary>What the router can do with a mix.</summary>
/// <param name="Cores">CPU it is given.</param>
/// <param name="MostPerSecond">Requests a second at its limit.</param>
/// <param name="Low">Lower end of the interval of that, about 95 of 100.</param>
/// <param name="High">Upper end.</param>
/// <param name="MemoryBytes">Resident, with the mix's idle connections.</param>
internal sealed record Prediction(PlannedMix Mix, double Cores, double MostPerSecond, double Low, double High, double MemoryBytes)
{
    /// <summary>How many times the expected rate goes through at the lower end of the interval; null when no rate is expected.</summary>
    public double? Headroom => Mix.RequestsPerSecond > 0 ? Low / Mix.RequestsPerSecond : null;

    /// <summary>Share of the CPU that the expected rate takes.</summary>
    public double? Utilisation => Mix.RequestsPerSecond > 0 ? Mix.RequestsPerSecond / MostPerSecond : null;
}
