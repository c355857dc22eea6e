using System.Diagnostics;
using System.Net;
using UwsgiIt.Comparison.Announces;
using UwsgiIt.Comparison.Subjects;
using UwsgiIt.LoadTest;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>Our router alone, with signed announces over UDP, as the packaged configuration takes them, while it serves at a fixed rate.</summary>
internal abstract record AnnouncedScenario(string Name, string Title) : Scenario(Name, Title)
{
    // Of HTTP, while packets come.
    private const double RequestsPerSecond = 1_000;

    private int _udpPort;
    private int _adminPort;

    public override bool IsSigned => true;

    protected IPEndPoint Announces => new(IPAddress.Loopback, _udpPort);

    /// <summary>Names that the customer owns.</summary>
    protected abstract int NamesOf(Pace pace);

    public override bool Takes(Subject subject) => subject.Name == "ours";

    public override void Prepare(Ground ground, Pace pace)
    {
        // Late: what is free now may be the near end of somebody's connection a scenario later.
        _udpPort = ListeningPort.Free();
        _adminPort = ListeningPort.Free();
        for (var i = 0; i < NamesOf(pace); i++)
        {
            ground.Customer.Own(NameOf(i));
        }
    }

    public override IReadOnlyDictionary<string, object> OurSettings(Ground ground) => new Dictionary<string, object>
    {
        ["Admin"] = new { Address = $"127.0.0.1:{_adminPort}" },

        // No name may go while the figures are taken: the first announces are all of one moment.
        ["Registry"] = new { Tolerance = "00:10:00" },
        ["Subscription"] = new
        {
            UnixSockets = new[] { new { Path = ground.File("ours-announce.sock") } },
            UdpEndpoints = new[] { Announces.ToString() },
            KeyDirectories = new[] { ground.Customer.KeyFolder },
            AllowedAddresses = new[] { ground.Folder + "/", "127.0.0.1:1-65535" },
        },
    };

    protected Task<PacketCounts> CountsAsync() => PacketCounts.ReadAsync(_adminPort);

    protected static string NameOf(int index) => $"www.customer-{index}.example.com";

    /// <summary>Announces of all names, signed at a time that many seconds from now.</summary>
    protected static byte[][] Sign(Ground ground, int names, int secondsAhead)
    {
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + secondsAhead;
        return ground.Customer.SignAll([.. Enumerable.Range(0, names).Select(index => new SubscriptionPacket
        {
            Command = SubscriptionCommand.Subscribe,
            Key = NameOf(index),
            Address = ground.HttpBackend,
            Protocol = UpstreamProtocol.Http,
            UnixSeconds = time,
        })]);
    }

    /// <summary>Sends the first announces again and again, as vassals do, until all are in. Gives the time it took.</summary>
    protected async Task<TimeSpan> EstablishAsync(Contest contest, PacketSender sender, byte[][] packets, double perSecond, CancellationToken cancellationToken)
    {
        var before = (await CountsAsync())["NodeAdded"];
        var started = Stopwatch.GetTimestamp();
        for (var added = 0L; added < packets.Length;)
        {
            await sender.SendAsync(packets, perSecond, packets.Length, cancellationToken);

            // The exporter may give what it gave 300 ms ago.
            await Task.Delay(400, cancellationToken);
            added = (await CountsAsync())["NodeAdded"] - before;
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(5))
            {
                throw new InvalidOperationException($"{Name}: only {added} of {packets.Length} names are live after five minutes.");
            }
        }

        contest.Say($"  {packets.Length} names are live after {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Serves at the fixed rate for a while; gives latencies and the subject's CPU seconds.</summary>
    protected async Task<(LoadResult Result, double CpuSeconds)> ServeAsync(Entrant entrant, TimeSpan duration, CancellationToken cancellationToken)
    {
        var before = entrant.Process.CpuSeconds;
        var result = await new LoadGenerator(entrant.Plan with { Rate = RequestsPerSecond, Connections = 32, Duration = duration, Grace = TimeSpan.FromSeconds(60) }).RunAsync(cancellationToken);
        return result.Problem is null
            ? (result, entrant.Process.CpuSeconds - before)
            : throw new InvalidOperationException($"{Name}: {result.Problem}.");
    }
}
