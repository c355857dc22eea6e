using UwsgiIt.Comparison.Announces;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>How long until this many names are live that all announce themselves, and what do their renewals cost while the router serves?</summary>
internal sealed record AnnounceScenario(string Name, string Title) : AnnouncedScenario(Name, Title)
{
    /// <summary>CPU that renewals take, beyond what serving takes, for 10,000 of them a second.</summary>
    public static readonly Metric Cost = new("CPU of 10,000 renewals/s", "cores");

    public static readonly Metric Lost = new("renewals lost", "");

    // All names, the default of a router without throttle in the way: 5,000 a second over all sources.
    private const double FirstPerSecond = 5_000;
    private const byte Network = 1;
    private const int Sources = 200;

    public override Metric Main => Cost;

    protected override int NamesOf(Pace pace) => pace.AnnouncedNames;

    public override async Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken)
    {
        var pace = contest.Pace;
        var names = pace.AnnouncedNames;
        var first = Sign(contest.Ground, names, secondsAhead: 0);
        var renewals = Sign(contest.Ground, names, secondsAhead: 1);
        using var sender = new PacketSender(Announces, Network, Sources);
        var entrant = entrants.Single();
        await Contest.AloneAsync(entrant, async () =>
        {
            await ServeAsync(entrant, pace.WarmUp, cancellationToken);
            var memory = entrant.Process.ResidentBytes;
            var cpu = entrant.Process.CpuSeconds;
            var time = await EstablishAsync(contest, sender, first, FirstPerSecond, cancellationToken);
            contest.Add(this, entrant, new Metric($"time until {names} names are live", "s"), time.TotalSeconds);
            contest.Add(this, entrant, new Metric("CPU per first announce", "µs"), (entrant.Process.CpuSeconds - cpu) / names * 1e6);
            contest.Add(this, entrant, Metric.BytesPerName, (entrant.Process.ResidentBytes - memory) / (double)names);

            var duration = TimeSpan.FromSeconds(names / (double)pace.RenewalsPerSecond);
            var (quiet, quietCpu) = await ServeAsync(entrant, duration, cancellationToken);
            var before = await CountsAsync();
            var sending = sender.SendAsync(renewals, pace.RenewalsPerSecond, names, cancellationToken);
            var (busy, busyCpu) = await ServeAsync(entrant, duration, cancellationToken);
            var rate = await sending;
            await Task.Delay(400, cancellationToken);
            var refreshed = (await CountsAsync())["NodeRefreshed"] - before["NodeRefreshed"];
            contest.Add(this, entrant, Cost, (busyCpu - quietCpu) / duration.TotalSeconds * 10_000 / rate);
            contest.Add(this, entrant, new Metric("renewals", "1/s", HigherIsBetter: true), rate);
            contest.Add(this, entrant, Lost, names - refreshed);
            contest.Add(this, entrant, Metric.Percentile(99, "1000/s, quiet"), quiet.Percentile(99));
            contest.Add(this, entrant, Metric.Percentile(99, "1000/s, with renewals"), busy.Percentile(99));
            contest.Add(this, entrant, Metric.Resident, entrant.Process.ResidentBytes / 1048576.0);
            contest.Say($"  {rate:F0} renewals/s cost {(busyCpu - quietCpu) / duration.TotalSeconds:F2} cores; {names - refreshed} of {names} lost; p99 {quiet.Percentile(99)} → {busy.Percentile(99)} µs");
            return true;
        });
    }
}
