using System.Diagnostics;
using UwsgiIt.Comparison.Scenarios;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison;

/// <summary>Takes scenarios through all subjects and keeps the rows. Of the subjects one runs at a time; the others are stopped.</summary>
internal sealed class Contest(Ground ground, Pace pace, Action<string> say)
{
    private readonly List<Row> _rows = [];

    public Ground Ground => ground;

    public Pace Pace => pace;

    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Subjects that did not run or answered wrongly.</summary>
    public int Faults { get; private set; }

    public void Say(string line) => say(line);

    public void Add(Scenario scenario, Entrant entrant, Metric metric, double value) => _rows.Add(metric.Of(scenario.Name, entrant.Name, value));

    public async Task RunAsync(Scenario scenario, IReadOnlyList<Subject> subjects, CancellationToken cancellationToken)
    {
        Say($"{scenario.Name}: {scenario.Title}");
        var entrants = new List<Entrant>();
        try
        {
            scenario.Prepare(ground, pace);

            // One after the other: a start costs the machine more than a request does.
            foreach (var subject in subjects.Where(scenario.Takes))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await TryEnterAsync(scenario, subject, entrants);
            }

            if (entrants.Count > 0)
            {
                await scenario.MeasureAsync(this, entrants, cancellationToken);
                Compare(scenario);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or System.Net.Sockets.SocketException)
        {
            Fault(e);
        }
        finally
        {
            entrants.ForEach(static entrant => entrant.Process.Dispose());
        }
    }

    /// <summary>Runs one subject alone.</summary>
    public static async Task<T> AloneAsync<T>(Entrant entrant, Func<Task<T>> run)
    {
        entrant.Process.Thaw();
        try
        {
            return await run();
        }
        finally
        {
            entrant.Process.Freeze();
        }
    }

    /// <summary>Starts a subject and has one good answer of it, so that nothing is measured that does not work. It is running afterwards.</summary>
    public async Task<Entrant> StartAsync(Scenario scenario, Subject subject)
    {
        var port = ListeningPort.Free();
        var started = Stopwatch.GetTimestamp();
        var entrant = new Entrant(subject, subject.Start(ground, scenario, port), port, scenario.Tls);
        try
        {
            await ListeningPort.OwnedByAsync(entrant.Process, port, subject.Name);
            await subject.ReadyAsync(ground, scenario, port);
            await AnswersAsync(scenario, entrant);
            return entrant with { StartedIn = Stopwatch.GetElapsedTime(started) };
        }
        catch
        {
            entrant.Process.Dispose();
            throw;
        }
    }

    private async Task TryEnterAsync(Scenario scenario, Subject subject, List<Entrant> entrants)
    {
        try
        {
            var entrant = await StartAsync(scenario, subject);
            entrants.Add(entrant);
            entrant.Process.Freeze();
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or System.Net.Sockets.SocketException)
        {
            // The others are still worth measuring; the run as a whole fails.
            Fault(e);
        }
    }

    private void Fault(Exception e)
    {
        Faults++;
        Say($"  FAULT {e.Message}");
    }

    private static async Task AnswersAsync(Scenario scenario, Entrant entrant)
    {
        var plan = entrant.Plan with { Host = scenario.FirstHost };
        for (var attempt = 0; ; attempt++)
        {
            await using var client = new Http1Client(plan);
            try
            {
                using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                if ((await client.AskAsync(plan.Mix.Items[0], deadline.Token)).IsGood)
                {
                    return;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.Sockets.SocketException && attempt < 100)
            {
                // Not ready yet.
            }

            if (attempt >= 100)
            {
                throw new InvalidOperationException($"{entrant.Name} does not answer {scenario.Name} with 2xx: {entrant.Process.LastLines}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Puts ours beside every peer's, and the targets to both.</summary>
    private void Compare(Scenario scenario)
    {
        var figures = _rows.Where(row => row.Scenario == scenario.Name && row.Peer is null).ToArray();
        foreach (var ours in figures.Where(static row => row.Subject == "ours"))
        {
            foreach (var peer in figures.Where(row => row.Metric == ours.Metric && row.Subject != "ours" && row.Value > 0 && !row.Metric.StartsWith("rate of", StringComparison.Ordinal)))
            {
                var ratio = ours.Value / peer.Value;
                var target = scenario.Targets.FirstOrDefault(target => target.Metric.Name == ours.Metric && target.Peer == peer.Subject);
                _rows.Add(ours with { Peer = peer.Subject, Ratio = ratio, Target = target?.Limit, Pass = target?.IsReached(ratio) });
            }

            if (scenario.Targets.FirstOrDefault(target => target.Metric.Name == ours.Metric && target.Peer is null) is { } limit)
            {
                _rows[_rows.IndexOf(ours)] = ours with { Target = limit.Limit, Pass = limit.IsReached(ours.Value) };
            }
        }
    }
}
