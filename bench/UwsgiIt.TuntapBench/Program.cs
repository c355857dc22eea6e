using System.Globalization;
using System.Text.Json;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;
using UwsgiIt.TuntapBench;

// bench/tuntap [--out DIR] [--seconds N] [--rounds N] [--quick] [--congestion NAME] [--other SETTING=VALUE|PROGRAM]: with other, our router is also measured with that setting, or that build of it, against itself and veth, by one stream only.
var options = args.Select((name, at) => (name, value: at + 1 < args.Length ? args[at + 1] : "")).Where(static pair => pair.name.StartsWith("--", StringComparison.Ordinal)).ToDictionary(static pair => pair.name, static pair => pair.value);
var isQuick = options.ContainsKey("--quick");
var directory = options.GetValueOrDefault("--out", "bench-results");
var seconds = int.Parse(options.GetValueOrDefault("--seconds", isQuick ? "1" : "5"), CultureInfo.InvariantCulture);
var rounds = int.Parse(options.GetValueOrDefault("--rounds", isQuick ? "1" : "5"), CultureInfo.InvariantCulture);
Iperf.Congestion = options.GetValueOrDefault("--congestion");
if (!Environment.IsPrivilegedProcess)
{
    Console.Error.WriteLine("bench/tuntap needs root, for network namespaces.");
    return 77;
}

var program = Path.Combine(AppContext.BaseDirectory, "uwsgiit-tuntap.dll");
var rows = new List<Row>();
var samples = new Dictionary<(string Subject, string Metric, string Unit), List<double>>();
var failed = new HashSet<(string Subject, string Metric)>();

// 1. Beside the peers, round by round; each lab stands throughout, only one is used at a time.
var tuntap = new TuntapPlane(program);
var original = new OriginalPlane();
var isOther = options.TryGetValue("--other", out var setting);
var isBuild = setting?.StartsWith('/') == true;
var other = new TuntapPlane(isBuild ? setting! : program, settings: isOther && !isBuild ? [setting!] : null);
List<Subject> subjects = isOther
    ? [new(tuntap, () => tuntap.ProcessorTime), new(new VethPlane(), static () => default), new(other, () => other.ProcessorTime) { Name = isBuild ? "other" : setting! }]
    :
    [
        new(tuntap, () => tuntap.ProcessorTime),
        new(new VethPlane(), static () => default),
        new(new NftablesPlane(), static () => default),
        new(original, () => original.ProcessorTime),
    ];
try
{
    // The just-in-time compiler has its say before the first round.
    subjects[0].Stream(isOutside: false, 1, seconds);
    for (var round = 0; round < rounds; round++)
    {
        foreach (var subject in subjects)
        {
            Measure(subject);
        }
    }
}
finally
{
    subjects.ForEach(static subject => subject.Dispose());
}

Summarise();
if (isOther)
{
    return 0;
}

// 2. By the number of rules and of containers; ours alone, on both planes.
foreach (var count in isQuick ? [1, 10_000] : new[] { 1, 100, 10_000 })
{
    var plane = new TuntapPlane(program);
    using var subject = new Subject(plane, () => plane.ProcessorTime, rules: [.. Enumerable.Range(0, count).Select(static i => $"in {IpPrefix.V4(0x0b000000 + (uint)(i * 400_009))} any deny")]);
    Scale($"{count} rules", subject);
}

foreach (var count in isQuick ? [1_000] : new[] { 10, 200, 1_000 })
{
    var plane = new TuntapPlane(program);
    using var subject = new Subject(plane, () => plane.ProcessorTime);
    Crowd($"{count} containers", plane, subject, count);
}

foreach (var count in isQuick ? [1_000] : new[] { 10, 1_000 })
{
    var plane = new NftablesPlane();
    using var subject = new Subject(plane, static () => default);
    Crowd($"{count} containers", plane, subject, count);
}

// 3. By the tunnel to a container of another server; both servers share this machine.
using (var pair = new TwoServers(program))
{
    pair.Stream(seconds);
    var (gbits, cpu) = pair.Stream(seconds);
    Add(new Row("tuntap, two servers", "tuntap", "tcp by the tunnel, 1 stream", gbits, "Gbit/s"));
    Add(new Row("tuntap, two servers", "tuntap", "cpu of tcp by the tunnel, 1 stream", cpu, "s/Gbit"));
}

// 4. The router is killed under a stream and started again: how long nothing comes.
{
    var plane = new TuntapPlane(program);
    using var subject = new Subject(plane, () => plane.ProcessorTime);
    foreach (var signal in (string[])["KILL", "TERM"])
    {
        var pauses = Enumerable.Range(0, isQuick ? 1 : 5).Select(_ => subject.Restart(plane, signal)).Order().ToList();
        var pause = pauses[pauses.Count / 2];
        Add(new Row("tuntap, router restarted", subject.Name, $"longest silence after SIG{signal}", pause, "s", Target: "<= 1", Pass: pause <= 1));
    }
}

Directory.CreateDirectory(directory);
File.WriteAllText(Path.Combine(directory, "tuntap.json"), JsonSerializer.Serialize(rows, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true }));
Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Trim()}; {rows.Count(static row => row.Pass == false)} target(s) missed; {Path.Combine(directory, "tuntap.json")}");
return 0;

void Measure(Subject subject)
{
    foreach (var (isOutside, where) in isOther ? [(false, "container")] : new[] { (false, "container"), (true, "outside") })
    {
        foreach (var streams in isOther ? [1] : new[] { 1, 8 })
        {
            Try(subject, $"tcp to {where}, {streams} stream(s)", name =>
            {
                var (gbits, cpu) = subject.Stream(isOutside, streams, seconds);
                Note(subject.Name, name, "Gbit/s", gbits);
                Note(subject.Name, $"cpu of {name}", "s/Gbit", cpu);
            });
        }
    }

    if (isOther)
    {
        return;
    }

    Try(subject, "packets of 64 bytes", name => Note(subject.Name, name, "kpps", subject.SmallPackets(seconds)));
    Try(subject, "round trip", name => Note(subject.Name, name, "µs", subject.Latency(isQuick ? 20 : 200)));
}

// The original does not get through everything: eight streams starve its one queue. What failed once is not asked again.
void Try(Subject subject, string metric, Action<string> measure)
{
    if (failed.Contains((subject.Name, metric)))
    {
        return;
    }

    try
    {
        measure(metric);
    }
    catch (Exception e) when (subject.Name == "original" && e is TimeoutException or InvalidOperationException)
    {
        failed.Add((subject.Name, metric));
        Console.WriteLine($"{subject.Name}: {metric}: {e.Message.Split('\n')[0]}");
    }
}

void Crowd(string what, IDataPlane plane, Subject subject, int count)
{
    using var space = NetworkNamespace.Create();
    plane.AttachMany(new ManyContainers(space, [.. Enumerable.Range(31_000, count - 2)]));
    Scale(what, subject);
}

void Scale(string what, Subject subject)
{
    subject.Stream(isOutside: false, 1, seconds);
    var (gbits, cpu) = subject.Stream(isOutside: false, 1, seconds);
    Add(new Row($"{subject.Name}, {what}", subject.Name, "tcp to container, 1 stream(s)", gbits, "Gbit/s"));
    Add(new Row($"{subject.Name}, {what}", subject.Name, "cpu of tcp to container, 1 stream(s)", cpu, "s/Gbit"));
    Add(new Row($"{subject.Name}, {what}", subject.Name, "packets of 64 bytes", subject.SmallPackets(seconds), "kpps"));
    Add(new Row($"{subject.Name}, {what}", subject.Name, "round trip", subject.Latency(isQuick ? 20 : 200), "µs"));
}

void Note(string subject, string metric, string unit, double value)
{
    if (!samples.TryGetValue((subject, metric, unit), out var list))
    {
        samples[(subject, metric, unit)] = list = [];
    }

    list.Add(value);
}

void Summarise()
{
    double Median(string subject, string metric, string unit) => samples[(subject, metric, unit)].Order().ElementAt(samples[(subject, metric, unit)].Count / 2);
    foreach (var (subject, metric, unit) in samples.Keys)
    {
        Add(new Row("tuntap", subject, metric, Median(subject, metric, unit), unit));
    }

    foreach (var (_, metric, unit) in samples.Keys.Where(static key => key is { Subject: "tuntap" }))
    {
        var ours = Median("tuntap", metric, unit);
        foreach (var (peer, least) in new[] { ("original", 15.0), ("veth", 0.9) }.Where(pair => samples.ContainsKey((pair.Item1, metric, unit))))
        {
            var ratio = ours / Median(peer, metric, unit);
            bool? pass = unit == "Gbit/s" ? ratio >= least : null;
            Add(new Row("tuntap", "tuntap", metric, ours, unit, peer, ratio, pass is null ? null : $">= {least.ToString(CultureInfo.InvariantCulture)}", pass));
        }
    }
}

void Add(Row row)
{
    rows.Add(row);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Scenario,-24} {row.Subject,-9} {row.Metric,-42} {row.Value,10:F3} {row.Unit,-7}{(row.Peer is null ? "" : $" {row.Ratio:F2} x {row.Peer} {row.Target} {row.Pass}")}"));
}
