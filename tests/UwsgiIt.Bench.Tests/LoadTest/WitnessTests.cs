using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Bench.Tests.LoadTest;

/// <summary>
/// Our figures beside those of wrk and h2load, of a server whose speed is set by a delay and not by the machine: both must count what the server
/// counts, and come to the rate that it has by its own clock. The two runs are not held against one another: a neighbour may slow one of them.
/// </summary>
public sealed partial class WitnessTests
{
    private const int Connections = 8;

    // Each answer takes this long, so at most 160 a second go through eight connections.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);

    // What a stall while a run begins or ends may take away: the server's clock runs from the first request only.
    private const double Tolerance = 0.3;

    // A neighbour may spoil a pair of runs so; a wrong count spoils all.
    private const int Attempts = 4;

    [SkippableFact]
    public Task Http1_AgreesWithWrk() =>
        AssertAgreeAsync(HttpProtocols.Http1, LoadProtocol.Http1, server => OutputAsync("wrk", "-t1", $"-c{Connections}", "-d3s", $"http://{server.EndPoint}/"), WrkRequests());

    // Eight streams of one connection.
    [SkippableFact]
    public Task Http2_AgreesWithH2Load() =>
        AssertAgreeAsync(HttpProtocols.Http2, LoadProtocol.Http2, server => OutputAsync("h2load", "-c1", $"-m{Connections}", "-D3", $"http://{server.EndPoint}/"), H2LoadRequests());

    private static async Task AssertAgreeAsync(HttpProtocols protocols, LoadProtocol protocol, Func<CountingServer, Task<string>> witness, Regex count)
    {
        await using var server = await CountingServer.StartAsync(Delay, protocols);

        // Ours goes first and last: a server that has just started is slow, and that would count against the witness.
        var plan = new LoadPlan { Target = server.EndPoint, Mix = new TrafficMix([new TrafficItem("/")]), Protocol = protocol, Connections = Connections, Duration = TimeSpan.FromSeconds(3), Grace = TimeSpan.FromSeconds(60) };
        await new LoadGenerator(plan with { Duration = TimeSpan.FromSeconds(1) }).RunAsync();

        var ratios = new List<(double Ours, double Witness)>();
        do
        {
            ratios.Add(await CompareAsync(server, plan, witness, count));
        }
        while (!(IsOne(ratios[^1].Ours) && IsOne(ratios[^1].Witness)) && ratios.Count < Attempts);
        Assert.True(IsOne(ratios[^1].Ours) && IsOne(ratios[^1].Witness), $"ours, the witness's over the server's: {string.Join(", ", ratios)}");
    }

    private static bool IsOne(double ratio) => ratio is >= 1 - Tolerance and <= 1 + Tolerance;

    private static async Task<(double Ours, double Witness)> CompareAsync(CountingServer server, LoadPlan plan, Func<CountingServer, Task<string>> witness, Regex count)
    {
        server.BeginWindow();
        var before = server.Count;
        var output = await witness(server);
        var witnessRate = server.WindowRate;
        var match = count.Match(output);
        Assert.True(match.Success, output);
        var witnessed = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

        // What was under way when its time was up a witness does not count.
        Assert.InRange(server.Count - before, witnessed, witnessed + Connections);

        server.BeginWindow();
        before = server.Count;
        var result = await new LoadGenerator(plan).RunAsync();
        var ownRate = server.WindowRate;
        Assert.Null(result.Problem);
        Assert.InRange(server.Count - before, result.Answers, result.Answers + Connections);

        // No answer comes before its delay, and eight connections cannot be faster than eight delays allow.
        Assert.True(result.Percentile(1) >= Delay.TotalMicroseconds * 0.95, $"p1 is {result.Percentile(1)} µs");
        Assert.True(result.PerSecond <= Connections / Delay.TotalSeconds * 1.05, $"{result.PerSecond}/s");
        return (result.PerSecond / ownRate, witnessed / 3.0 / witnessRate);
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not installed");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return output;
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex WrkRequests();

    [GeneratedRegex(@"status codes: (\d+) 2xx")]
    private static partial Regex H2LoadRequests();
}
