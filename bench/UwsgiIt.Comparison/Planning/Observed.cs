using System.Text.Json.Serialization;

namespace UwsgiIt.Comparison.Planning;

/// <summary>A mix at the limit of a CPU budget, in each round: what models are fitted to and held against.</summary>
/// <param name="Name">Of the mix.</param>
/// <param name="Cores">The budget.</param>
/// <param name="Rounds">In the order of measuring.</param>
internal sealed record Observed(string Name, double Cores, IReadOnlyList<Measured> Rounds)
{
    /// <summary>Of each figure the middle one of the rounds.</summary>
    [JsonIgnore]
    public Measured Median => new(
        Statistics.Median(Rounds.Select(static round => round.PerSecond)), Statistics.Median(Rounds.Select(static round => round.CpuMicroseconds)), Statistics.Median(Rounds.Select(static round => round.Used)));
}
