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

    /// <summary>Of programs that were compiled before, which only have their caches to warm.</summary>
    public required TimeSpan NativeWarmUp { get; init; }

    /// <summary>A stretch at a fixed rate.</summary>
    public required TimeSpan LatencyRound { get; init; }

    /// <summary>Before each stretch at a fixed rate.</summary>
    public required TimeSpan LatencyWarmUp { get; init; }

    public required int IdleConnections { get; init; }

    /// <summary>Names that all announce themselves.</summary>
    public required int AnnouncedNames { get; init; }

    public required int RenewalsPerSecond { get; init; }

    /// <summary>Names that renew themselves while junk comes.</summary>
    public required int EstablishedNames { get; init; }

    public required int JunkPerSecond { get; init; }

    /// <summary>Names with a certificate each, from a snapshot.</summary>
    public required int CertifiedNames { get; init; }

    /// <summary>Names from a snapshot.</summary>
    public required int SnapshotNames { get; init; }

    /// <summary>Requests a second while something is changed.</summary>
    public required int ChangeRate { get; init; }

    public static Pace Full { get; } = new()
    {
        Rounds = 5,
        LatencyRounds = 3,
        Round = TimeSpan.FromSeconds(4),
        WarmUp = TimeSpan.FromSeconds(14),
        NativeWarmUp = TimeSpan.FromSeconds(2),
        LatencyRound = TimeSpan.FromSeconds(4),
        LatencyWarmUp = TimeSpan.FromSeconds(1),
        IdleConnections = 10_000,
        AnnouncedNames = 100_000,
        RenewalsPerSecond = 10_000,
        EstablishedNames = 1_000,
        JunkPerSecond = 60_000,
        CertifiedNames = 100_000,
        SnapshotNames = 1_000_000,
        ChangeRate = 1_000,
    };

    /// <summary>Only to see that it runs: the figures are of programs that are still warming up.</summary>
    public static Pace Quick { get; } = new()
    {
        Rounds = 1,
        LatencyRounds = 1,
        Round = TimeSpan.FromSeconds(1),
        WarmUp = TimeSpan.FromSeconds(1),
        NativeWarmUp = TimeSpan.Zero,
        LatencyRound = TimeSpan.FromSeconds(0.5),
        LatencyWarmUp = TimeSpan.FromSeconds(0.2),
        IdleConnections = 500,
        AnnouncedNames = 2_000,
        RenewalsPerSecond = 2_000,
        EstablishedNames = 100,
        JunkPerSecond = 60_000,
        CertifiedNames = 1_000,
        SnapshotNames = 10_000,
        ChangeRate = 100,
    };

    public TimeSpan WarmUpOf(Subject subject) => subject.IsNative ? NativeWarmUp : WarmUp;
}
