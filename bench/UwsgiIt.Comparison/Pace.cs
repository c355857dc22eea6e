using UwsgiIt.Comparison.Subjects;

namespace UwsgiIt.Comparison;

/// <summary>How long and how often.</summary>
internal sealed record Pace
{
    public required int Rounds { get; init; }

    public required int LatencyRounds { get; init; }

    public required TimeSpan Round { get; init; }

    /// <summary>Of programs that compile themselves while they run: tiered PGO is done after some ten seconds of load.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>Of each stretch at a fixed rate.</summary>
    public required TimeSpan LatencyWarmUp { get; init; }

    public required int IdleConnections { get; init; }

    public static Pace Full { get; } = new()
    {
        Rounds = 5,
        LatencyRounds = 3,
        Round = TimeSpan.FromSeconds(4),
        WarmUp = TimeSpan.FromSeconds(14),
        LatencyWarmUp = TimeSpan.FromSeconds(1),
        IdleConnections = 10_000,
    };

    /// <summary>Only to see that it runs: the figures are of programs that are still warming up.</summary>
    public static Pace Quick { get; } = new()
    {
        Rounds = 1,
        LatencyRounds = 1,
        Round = TimeSpan.FromSeconds(1),
        WarmUp = TimeSpan.FromSeconds(1),
        LatencyWarmUp = TimeSpan.FromSeconds(0.2),
        IdleConnections = 500,
    };

    /// <summary>Programs that were compiled before only have their caches to warm.</summary>
    public TimeSpan WarmUpOf(Subject subject) => subject.IsNative ? TimeSpan.FromSeconds(Math.Min(2, WarmUp.TotalSeconds)) : WarmUp;
}
