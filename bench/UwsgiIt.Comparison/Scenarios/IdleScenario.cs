using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>What does a connection cost in memory that has asked once and then is silent?</summary>
internal sealed record IdleScenario(string Name, string Title) : Scenario(Name, Title)
{
    // Handshakes are slow and the backlog of some peers short.
    private const int AtOnce = 50;

    // The small answer with room to spare, ten thousand times.
    private const int AnswerBytes = 1024;

    public override Metric Main => Metric.BytesPerConnection;

    public override async Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken)
    {
        foreach (var entrant in entrants)
        {
            var count = Math.Min(contest.Pace.IdleConnections, entrant.Subject.MaxConnections);
            var each = await Contest.AloneAsync(entrant, async () =>
            {
                // The first ones grow pools and code, which is no cost of a connection.
                await BytesEachAsync(entrant.Process, entrant.Plan, Math.Max(10, count / 10), cancellationToken);
                return await BytesEachAsync(entrant.Process, entrant.Plan, count, cancellationToken);
            });
            contest.Add(this, entrant, Main, each);
            contest.Add(this, entrant, Metric.Resident, entrant.Process.ResidentBytes / 1048576.0);
            contest.Say($"  {entrant.Name,-14}{each,10:F0} bytes for each of {count}");
        }
    }

    /// <summary>Growth of the subject's memory for each connection, in bytes.</summary>
    public static async Task<double> BytesEachAsync(ProcessTree process, LoadPlan plan, int count, CancellationToken cancellationToken)
    {
        var before = process.ResidentBytes;
        var clients = new List<Http1Client>();
        try
        {
            foreach (var batch in Enumerable.Range(0, count).Chunk(AtOnce))
            {
                var opened = batch.Select(_ => new Http1Client(plan, new byte[AnswerBytes])).ToArray();
                clients.AddRange(opened);
                var answers = await Task.WhenAll(opened.Select(client => client.AskAsync(plan.Mix.Items[0], cancellationToken).AsTask()));
                if (!answers.All(static answer => answer.IsGood))
                {
                    throw new InvalidOperationException($"One of {count} connections was not answered with 2xx.");
                }
            }

            return (process.ResidentBytes - before) / (double)count;
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }
}
