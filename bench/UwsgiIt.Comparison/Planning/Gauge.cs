using System.Diagnostics;
using UwsgiIt.Comparison.Loads;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>Puts the router to its limit under a CPU budget and says what came through.</summary>
internal sealed class Gauge(Ground ground, PlannedRouter router, PlanPace pace)
{
    // More than the router needs to be busy at the budgets here.
    private const int Connections = 48;

    /// <summary>One round of a mix under a budget, in cores.</summary>
    public async Task<Measured> MixAsync(PlannedMix mix, double cores, CancellationToken cancellationToken)
    {
        var generator = new LoadGenerator(router.Plan(mix.ToTraffic()) with { Connections = Connections, Duration = pace.Settle + pace.Round + TimeSpan.FromSeconds(0.1) });
        router.Budget.Set(cores);
        try
        {
            // Connections are opened while it settles; what counts is read from both sides at the same moments.
            var running = generator.RunAsync(cancellationToken);
            await Task.Delay(pace.Settle, cancellationToken);
            var before = (generator.Result.Answers, router.Budget.UsedSeconds, Stopwatch.GetTimestamp());
            await Task.Delay(pace.Round, cancellationToken);
            var after = (generator.Result.Answers, router.Budget.UsedSeconds, Stopwatch.GetTimestamp());
            var result = await running;
            return result.Problem is null
                ? Between(after.Answers - before.Answers, after.UsedSeconds - before.UsedSeconds, Stopwatch.GetElapsedTime(before.Item3, after.Item3), cores)
                : throw new InvalidOperationException($"{mix.Name}: {result.Problem}.");
        }
        finally
        {
            router.Budget.Set(null);
        }
    }

    /// <summary>One round of the small answer under a budget, asked for by wrk, which leaves the cores to the router.</summary>
    public async Task<Measured> SmallAsync(double cores, CancellationToken cancellationToken)
    {
        var entrant = new Entrant(Subject.All.Single(static subject => subject.Name == "ours"), router.Process, router.PlainPort, Tls: false);
        router.Budget.Set(cores);
        try
        {
            var before = router.Budget.UsedSeconds;
            var seen = await new WrkLoad("/", Connections: Connections).RunAsync(ground, entrant, pace.Round, cancellationToken);
            return seen.Problem is null ? Between(seen.Answers, router.Budget.UsedSeconds - before, seen.Elapsed, cores) : throw new InvalidOperationException($"small answers: {seen.Problem}.");
        }
        finally
        {
            router.Budget.Set(null);
        }
    }

    /// <summary>All kinds of requests without a budget, so that what is measured later is compiled.</summary>
    public async Task WarmUpAsync(IEnumerable<PlannedMix> mixes, CancellationToken cancellationToken)
    {
        var all = new PlannedMix([.. mixes.SelectMany(static mix => mix.Requests).Distinct()], "warm-up");
        var result = await new LoadGenerator(router.Plan(all.ToTraffic()) with { Connections = Connections, Duration = pace.WarmUp, Grace = TimeSpan.FromSeconds(30) }).RunAsync(cancellationToken);
        if (result.Problem is not null)
        {
            throw new InvalidOperationException($"The router does not do all that is to be measured: {result.Problem}.");
        }

        // The small answer is what most of the others are measured against: it has the longest way to its last compilation.
        await new LoadGenerator(router.Plan(new TrafficMix([new TrafficItem("/")])) with { Connections = Connections, Duration = pace.WarmUp / 2 }).RunAsync(cancellationToken);
    }

    private static Measured Between(long answers, double cpuSeconds, TimeSpan time, double cores) =>
        answers > 0 && cpuSeconds > 0
            ? new Measured(answers / time.TotalSeconds, cpuSeconds / answers * 1e6, cpuSeconds / time.TotalSeconds / cores)
            : throw new InvalidOperationException("The router answered nothing in a round; give it longer rounds.");
}
