namespace UwsgiIt.Comparison.Planning;

/// <summary>How long and how often the planner measures.</summary>
internal sealed record PlanPace(int Rounds, TimeSpan Round, TimeSpan Settle, TimeSpan WarmUp, int IdleConnections)
{
    public static PlanPace Full { get; } = new(6, TimeSpan.FromSeconds(0.6), TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(20), 1_000);

    /// <summary>Only to see that it runs.</summary>
    public static PlanPace Quick { get; } = new(1, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(1), 100);
}
