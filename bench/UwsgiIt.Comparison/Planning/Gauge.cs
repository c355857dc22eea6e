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

    // A round goes on until it has as many answers: at either end some are under way, and what they took of the CPU must not count. Bounded, for a router that stands still.
    private const long LeastAnswers = 4 * Connections;
    private const int MaxRounds = 60;

    /// <summary>One round of a mix under a budget, in cores.</summary>
    public async Task<Measured> MixAsync(PlannedMix mix, double cores, CancellationToken cancellationToken)
    {
        var generator = new LoadGenerator(router.Plan(mix.ToTraffic()) with { Connections = Connections, Duration = TimeSpan.FromMinutes(10), EvenShares = true });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Connections are opened before there is a budget, which their handshakes would eat; what counts is read from both sides at the same moments.
            var running = generator.RunAsync(enough.Token);
            await Task.Delay(pace.Settle, cancellationToken);
            router.Budget.Set(cores);
            await Task.Delay(pace.Settle, cancellationToken);
            var before = Read(generator);
            var after = before;
            for (var rounds = 0; rounds < MaxRounds && after.Answers - before.Answers < LeastAnswers; rounds++)
            {
                await Task.Delay(pace.Round, cancellationToken);
                after = Read(generator);
            }

            var problem = generator.Result.Problem;
            await enough.CancelAsync();
            await running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return problem is null
                ? Between(after.Answers - before.Answers, after.Cpu - before.Cpu, Stopwatch.GetElapsedTime(before.Time, after.Time), cores)
                : throw new InvalidOperationException($"{mix.Name}: {problem}.");
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

    private (long Answers, double Cpu, long Time) Read(LoadGenerator generator) => (generator.Result.Answers, router.Budget.UsedSeconds, Stopwatch.GetTimestamp());

    private static Measured Between(long answers, double cpuSeconds, TimeSpan time, double cores) =>
        answers > 0 && cpuSeconds > 0
            ? new Measured(answers / time.TotalSeconds, cpuSeconds / answers * 1e6, cpuSeconds / time.TotalSeconds / cores)
            : throw new InvalidOperationException("The router answered nothing.");
}
