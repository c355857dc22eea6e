using System.Security.Cryptography;
using UwsgiIt.Comparison.Announces;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>What do packets that nobody should send do to names that renew themselves, and to requests?</summary>
internal sealed record JunkScenario(string Name, string Title) : AnnouncedScenario(Name, Title)
{
    public static readonly Metric Slower = new("p99 with junk over p99 without", "times");

    private const byte OwnersNetwork = 1;
    private const byte StrangersNetwork = 2;

    // Divides the number of names at every pace: a name must renew from where it announced itself, or it has no reserve at the router.
    private const int Sources = 100;
    private const int RenewalRounds = 5;
    private const int JunkKinds = 3;

    public override Metric Main => Slower;

    protected override int NamesOf(Pace pace) => pace.EstablishedNames;

    public override async Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken)
    {
        var pace = contest.Pace;
        var names = pace.EstablishedNames;
        var first = Sign(contest.Ground, names, secondsAhead: 0);
        var renewals = Enumerable.Range(1, RenewalRounds).SelectMany(round => Sign(contest.Ground, names, round)).ToArray();
        var junk = Junk(contest.Ground, names);
        using var owners = new PacketSender(Announces, OwnersNetwork, Sources);
        using var strangers = new PacketSender(Announces, StrangersNetwork, Sources);
        var entrant = entrants.Single();
        await Contest.AloneAsync(entrant, async () =>
        {
            await ServeAsync(entrant, pace.WarmUp, cancellationToken);
            await EstablishAsync(contest, owners, first, 1_000, cancellationToken);
            var duration = pace.Round * RenewalRounds;
            var (quiet, quietCpu) = await ServeAsync(entrant, duration, cancellationToken);

            var before = await CountsAsync();
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var flood = strangers.SendAsync(junk, pace.JunkPerSecond, long.MaxValue, enough.Token);
            var renewing = owners.SendAsync(renewals, renewals.Length / duration.TotalSeconds, renewals.Length, cancellationToken);
            var (busy, busyCpu) = await ServeAsync(entrant, duration, cancellationToken);
            await renewing;
            await enough.CancelAsync();
            var rate = await flood;
            await Task.Delay(1_000, cancellationToken);
            var after = await CountsAsync();
            var lost = renewals.Length - (after["NodeRefreshed"] - before["NodeRefreshed"]);

            var slower = busy.Percentile(99) / (double)quiet.Percentile(99);
            contest.Add(this, entrant, Slower, slower);
            contest.Add(this, entrant, AnnounceScenario.Lost, lost);
            contest.Add(this, entrant, new Metric("renewals sent", ""), renewals.Length);
            contest.Add(this, entrant, new Metric("junk", "packets/s", HigherIsBetter: true), rate);
            contest.Add(this, entrant, new Metric("junk that the router read", "packets/s", HigherIsBetter: true), (after.Total - before.Total - renewals.Length) / duration.TotalSeconds);
            contest.Add(this, entrant, new Metric("CPU of the junk", "cores"), (busyCpu - quietCpu) / duration.TotalSeconds);
            contest.Add(this, entrant, Metric.Percentile(99, "1000/s, quiet"), quiet.Percentile(99));
            contest.Add(this, entrant, Metric.Percentile(99, "1000/s, with junk"), busy.Percentile(99));
            contest.Add(this, entrant, Metric.Resident, entrant.Process.ResidentBytes / 1048576.0);
            contest.Say($"  {rate:F0} junk packets/s: {lost} of {renewals.Length} renewals lost, {(busyCpu - quietCpu) / duration.TotalSeconds:F2} cores, p99 {quiet.Percentile(99)} → {busy.Percentile(99)} µs");
            contest.Say($"  the router read: {after.Since(before)}");
            return true;
        });
    }

    /// <summary>A third noise, a third well-formed for names that nobody owns, a third for owned names with a signature that does not hold.</summary>
    private static byte[][] Junk(Ground ground, int names)
    {
        var random = new Random(1);
        using var stranger = RSA.Create(2048);
        using var signer = SubscriptionSigner.FromPem(stranger.ExportPkcs8PrivateKeyPem(), HashAlgorithmName.SHA256);
        var forged = new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "", Address = ground.HttpBackend, UnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 20 };
        return [.. Enumerable.Range(0, 300).Select(index =>
        {
            if (index % JunkKinds == 0)
            {
                var noise = new byte[random.Next(4, 400)];
                random.NextBytes(noise);
                return noise;
            }

            return SubscriptionPacketWriter.Write(forged with { Key = index % JunkKinds == 1 ? $"nobody-{index}.example.org" : NameOf(random.Next(names)) }, signer);
        })];
    }
}
