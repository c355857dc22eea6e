using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.LoadTest;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>How soon is our router ready that knows this many names from its last run, what does a name weigh, and what does a request for one cost?</summary>
internal sealed record NamesScenario(string Name, string Title) : Scenario(Name, Title)
{
    // As many names are asked for, spread over all.
    private const int AskedFor = 1_000;

    /// <summary>How many, for a pace.</summary>
    public required Func<Pace, int> Count { get; init; }

    public override Metric Main => Metric.Ready;

    public override string FirstHost => NameOf(_count - 1);

    private int _count;

    public override bool Takes(Subject subject) => subject.Name == "ours";

    public override void Prepare(Ground ground, Pace pace)
    {
        _count = Count(pace);
        Write(ground, _count);
    }

    public override IReadOnlyDictionary<string, object> OurSettings(Ground ground) => new Dictionary<string, object>
    {
        ["State"] = new { Directory = StateFolder(ground, _count), SnapshotInterval = "01:00:00" },
    };

    public override async Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken)
    {
        var entrant = entrants.Single();
        contest.Add(this, entrant, Metric.Ready, entrant.StartedIn.TotalSeconds);
        contest.Add(this, entrant, new Metric("CPU until ready", "s"), entrant.Process.CpuSeconds);

        // The same router with next to no names tells what of the memory is the names'.
        var few = this with { _count = 1 };
        Write(contest.Ground, 1);
        var lean = await contest.StartAsync(few, entrant.Subject);
        var leanBytes = lean.Process.ResidentBytes;
        lean.Process.Dispose();
        var each = (entrant.Process.ResidentBytes - leanBytes) / (double)(_count - 1);
        contest.Add(this, entrant, Metric.BytesPerName, each);
        contest.Say($"  {_count} names: ready in {entrant.StartedIn.TotalSeconds:F1} s, {each:F0} bytes each");

        await Contest.AloneAsync(entrant, () => AskAsync(contest, entrant, cancellationToken));
        contest.Add(this, entrant, Metric.Resident, entrant.Process.ResidentBytes / 1048576.0);
    }

    private static string NameOf(int index) => $"www.customer-{index}.example.com";

    private string StateFolder(Ground ground, int count) => ground.File($"state-{Name}-{count}");

    private async Task<bool> AskAsync(Contest contest, Entrant entrant, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var plan = entrant.Plan with
        {
            Mix = new TrafficMix([.. Enumerable.Range(0, AskedFor).Select(_ => new TrafficItem("/", Host: NameOf(random.Next(_count))))]),
            KeepAlive = !Tls,
            TlsResume = false,
            Connections = 32,
        };
        if (Tls)
        {
            // Cold: a name's certificate is parsed for its first handshake, so nothing may be asked for before.
            await MeasureRateAsync(contest, entrant, plan with { Rate = 100, Duration = contest.Pace.Round * 2 }, "handshakes at 100/s, cold names", cancellationToken);
        }

        await new LoadGenerator(plan with { Duration = contest.Pace.WarmUp }).RunAsync(cancellationToken);
        await MeasureRateAsync(contest, entrant, plan with { Duration = contest.Pace.Round }, null, cancellationToken);
        return true;
    }

    private async Task MeasureRateAsync(Contest contest, Entrant entrant, LoadPlan plan, string? latencies, CancellationToken cancellationToken)
    {
        var before = entrant.Process.CpuSeconds;
        var result = await new LoadGenerator(plan).RunAsync(cancellationToken);
        if (result.Problem is not null)
        {
            throw new InvalidOperationException($"{Name}: {result.Problem}.");
        }

        if (latencies is null)
        {
            contest.Add(this, entrant, Metric.CpuPerRequest, (entrant.Process.CpuSeconds - before) / result.Answers * 1e6);
            contest.Add(this, entrant, Metric.Throughput, result.PerSecond);
        }
        else
        {
            contest.Add(this, entrant, Metric.Percentile(50, latencies), result.Percentile(50));
            contest.Add(this, entrant, Metric.Percentile(99, latencies), result.Percentile(99));
            contest.Say($"  {latencies}: p50 {result.Percentile(50)}, p99 {result.Percentile(99)} µs");
        }
    }

    /// <summary>Writes the snapshot that a router with that many names would have left behind; over TLS each brings a certificate of its own, inline.</summary>
    private void Write(Ground ground, int count)
    {
        var folder = Directory.CreateDirectory(StateFolder(ground, count), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        // One key for all: it costs the router the same, and the writing of the snapshot less.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keyPem = key.ExportPkcs8PrivateKeyPem();
        var names = Enumerable.Range(0, count);
        SnapshotFile.Write(Path.Combine(folder, "snapshot"), Tls ? names.AsParallel().AsOrdered().Select(index => Node(index, Claim(index))) : names.Select(index => Node(index, null)), []);

        SnapshotNode Node(int index, SniClaim? claim) => new(
            new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = NameOf(index), Address = ground.HttpBackend, Protocol = UpstreamProtocol.Http, Sni = claim }, null, IsTrusted: true, now);

        SniClaim Claim(int index)
        {
            var request = new CertificateRequest($"CN={NameOf(index)}", key, HashAlgorithmName.SHA256);
            var alternative = new SubjectAlternativeNameBuilder();
            alternative.AddDnsName(NameOf(index));
            request.CertificateExtensions.Add(alternative.Build());
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
            return new SniClaim(keyPem, certificate.ExportCertificatePem(), null, ClientCertificateRequired: false);
        }
    }
}
