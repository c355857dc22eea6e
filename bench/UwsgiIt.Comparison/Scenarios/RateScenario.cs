using UwsgiIt.Comparison.Loads;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>What does a request cost, how many go through, and how long do they take where nobody is saturated?</summary>
internal sealed record RateScenario(string Name, string Title, Load Load) : Scenario(Name, Title)
{
    // Shares of the slowest entrant's throughput at which latencies are taken; everybody gets the same rate.
    private static readonly (string Name, double Share)[] Loads = [("quarter load", 0.25), ("half load", 0.5)];

    // A request that is answered late has a latency; only one that is not answered at all is an error.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>CPU per request, or bytes per CPU second.</summary>
    public Metric Cost { get; init; } = Metric.CpuPerRequest;

    /// <summary>Also take latencies at fixed rates, of a plan of our own generator.</summary>
    public Func<LoadPlan, LoadPlan>? Latency { get; init; }

    public override Metric Main => Cost;

    public override async Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken)
    {
        foreach (var entrant in entrants.Where(entrant => contest.Pace.WarmUpOf(entrant.Subject) > TimeSpan.Zero))
        {
            await Contest.AloneAsync(entrant, () => Load.RunAsync(contest.Ground, entrant, contest.Pace.WarmUpOf(entrant.Subject), cancellationToken));
        }

        var figures = entrants.ToDictionary(static entrant => entrant, static _ => new List<(double Cost, double PerSecond)>());
        for (var round = 0; round < contest.Pace.Rounds; round++)
        {
            foreach (var entrant in entrants)
            {
                var figure = await Contest.AloneAsync(entrant, () => RoundAsync(contest, entrant, cancellationToken));
                figures[entrant].Add(figure);
                contest.Say($"  {entrant.Name,-14}{figure.Cost,10:F1} {Cost.Unit}{figure.PerSecond,12:F0} requests/s");
            }
        }

        foreach (var entrant in entrants)
        {
            contest.Add(this, entrant, Cost, Statistics.Median(figures[entrant].Select(static figure => figure.Cost)));
            contest.Add(this, entrant, Metric.Throughput, Statistics.Median(figures[entrant].Select(static figure => figure.PerSecond)));
            contest.Add(this, entrant, Metric.Resident, entrant.Process.ResidentBytes / 1048576.0);
        }

        if (Latency is not null)
        {
            var slowest = figures.Values.Min(static list => Statistics.Median(list.Select(static figure => figure.PerSecond)));
            foreach (var (name, share) in Loads)
            {
                await LatencyAsync(contest, entrants, name, Math.Max(50, Math.Floor(slowest * share)), cancellationToken);
            }
        }
    }

    private async Task<(double Cost, double PerSecond)> RoundAsync(Contest contest, Entrant entrant, CancellationToken cancellationToken)
    {
        var before = entrant.Process.CpuSeconds;
        var seen = await Load.RunAsync(contest.Ground, entrant, contest.Pace.Round, cancellationToken);
        var cpu = entrant.Process.CpuSeconds - before;
        if (seen.Problem is not null || seen.Answers == 0)
        {
            throw new InvalidOperationException($"{Name}: {entrant.Name} gave {seen.Answers} answers, with errors: {seen.Problem ?? "none at all"}. A figure with errors in it means nothing.");
        }

        return (Cost == Metric.BytesPerCpuSecond ? seen.Bytes / cpu / 1e6 : cpu / seen.Answers * 1e6, seen.Answers / seen.Elapsed.TotalSeconds);
    }

    private async Task LatencyAsync(Contest contest, IReadOnlyList<Entrant> entrants, string load, double rate, CancellationToken cancellationToken)
    {
        var results = entrants.ToDictionary(static entrant => entrant, static _ => new LoadResult());
        for (var round = 0; round < contest.Pace.LatencyRounds; round++)
        {
            foreach (var entrant in entrants)
            {
                var plan = Latency!(entrant.Plan) with { Connections = 64, Rate = rate, Duration = contest.Pace.LatencyRound, WarmUp = contest.Pace.LatencyWarmUp, Grace = Patience };
                var result = await Contest.AloneAsync(entrant, () => new LoadGenerator(plan).RunAsync(cancellationToken));
                if (result.Problem is not null)
                {
                    throw new InvalidOperationException($"{Name}: {entrant.Name} at {rate:F0}/s: {result.Problem}.");
                }

                results[entrant].Add(result);
            }
        }

        foreach (var (entrant, result) in results)
        {
            contest.Add(this, entrant, new Metric($"rate of {load}", "requests/s", HigherIsBetter: true), rate);
            foreach (var percentile in new[] { 50, 99, 99.9 })
            {
                contest.Add(this, entrant, Metric.Percentile(percentile, load), result.Percentile(percentile));
            }

            contest.Say($"  {entrant.Name,-14} at {rate:F0}/s: p50 {result.Percentile(50)}, p99 {result.Percentile(99)}, p99.9 {result.Percentile(99.9)} µs");
        }
    }
}
