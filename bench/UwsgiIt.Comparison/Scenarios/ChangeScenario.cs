using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>Does a request fail while the settings are read again, or a certificate is replaced, several times under load?</summary>
internal sealed record ChangeScenario(string Name, string Title, bool SwapsCertificate) : Scenario(Name, Title)
{
    public const string Swapped = "swapped";
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(0.5);

    public override Metric Main => Metric.Failures;

    public override bool Takes(Subject subject) => subject.Name is "ours" or "nginx";

    public override void Prepare(Ground ground, Pace pace) => ground.WriteCertificate(Swapped).Dispose();

    public override async Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken)
    {
        foreach (var entrant in entrants)
        {
            await Contest.AloneAsync(entrant, () => MeasureAsync(contest, entrant, cancellationToken));
        }
    }

    private async Task<bool> MeasureAsync(Contest contest, Entrant entrant, CancellationToken cancellationToken)
    {
        // Kept connections and new ones, so that both a listener that goes away and a connection that is closed would show.
        var plan = entrant.Plan with
        {
            Mix = new TrafficMix([new TrafficItem("/", 3), new TrafficItem("/", 1, KeepAlive: false, Resume: false)]),
            Rate = contest.Pace.ChangeRate,
            Connections = 32,
            Duration = contest.Pace.Round * 2,
            WarmUp = TimeSpan.FromSeconds(1),
            Grace = TimeSpan.FromSeconds(60),
        };
        var running = new LoadGenerator(plan).RunAsync(cancellationToken);
        var changes = 0;
        X509Certificate2? newest = null;
        while (await Task.WhenAny(running, Task.Delay(Between, cancellationToken)) != running)
        {
            if (SwapsCertificate)
            {
                newest?.Dispose();
                newest = contest.Ground.WriteCertificate(Swapped);
            }

            entrant.Process.Signal(Signals.HangUp);
            changes++;
        }

        var result = await running;
        if (newest is not null && await ServedAsync(entrant, cancellationToken) is var served && served != newest.Thumbprint)
        {
            throw new InvalidOperationException($"{Name}: {entrant.Name} does not serve the certificate that it was given last.");
        }

        contest.Add(this, entrant, Metric.Failures, result.BadAnswers + result.Failures + result.Unsent);
        contest.Add(this, entrant, new Metric("requests", ""), result.Answers);
        contest.Add(this, entrant, new Metric("changes", ""), changes);
        contest.Add(this, entrant, Metric.Percentile(99, "that load"), result.Percentile(99));
        contest.Add(this, entrant, Metric.Percentile(99.9, "that load"), result.Percentile(99.9));
        contest.Add(this, entrant, Metric.Resident, entrant.Process.ResidentBytes / 1048576.0);
        contest.Say($"  {entrant.Name,-14}{changes} changes, {result.Answers} answers: {result.Problem ?? "no errors"}; p99 {result.Percentile(99)} µs");
        newest?.Dispose();
        return true;
    }

    /// <summary>Thumbprint of the certificate in a handshake, once the subject had its time to read it.</summary>
    private static async Task<string> ServedAsync(Entrant entrant, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        await using var stream = await Dial.ConnectAsync(entrant.Plan with { TlsResume = false }, Ground.Host, cancellationToken);
        using var certificate = new X509Certificate2(((SslStream)stream).RemoteCertificate!);
        return certificate.Thumbprint;
    }
}
