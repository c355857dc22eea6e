using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using UwsgiIt.Comparison;
using UwsgiIt.Comparison.Planning;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Bench.Tests.Comparison;

/// <summary>The suite's quick form on two scenarios, as a process: it must run and produce rows. What the rows say gates nothing.</summary>
public sealed class ComparisonTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    [SkippableTheory]
    [InlineData("small-get", "nginx", "CPU per request,throughput,memory,p50 at half load,p99 at half load,p99.9 at half load")]
    [InlineData("idle-tls", "nginx", "memory per connection")]
    [InlineData("reload", "nginx", "failed requests,changes")]
    [InlineData("announces", null, "renewals lost,renewals,memory per name")]
    public async Task Quick_WritesRowsTablesAndCharts(string scenario, string? peer, string metrics)
    {
        Skip.IfNot(File.Exists("/usr/bin/wrk") && File.Exists("/usr/sbin/nginx"), "wrk or nginx is not installed");
        using var folder = new TempDirectory();

        var (exitCode, output) = await RunAsync("--quick", "--scenario", scenario, "--peer", peer ?? "ours", "--out", folder.Path);

        Assert.True(exitCode == 0, output);
        var rows = JsonDocument.Parse(await File.ReadAllBytesAsync(folder.File("results.json"))).RootElement.GetProperty("rows").EnumerateArray().ToArray();
        foreach (var metric in metrics.Split(','))
        {
            Assert.All(new[] { "ours", peer }.OfType<string>(), subject => Assert.Contains(rows, row => Is(row, subject, metric) && row.GetProperty("value").ValueKind == JsonValueKind.Number));
        }

        Assert.All(rows.Where(static row => row.GetProperty("metric").GetString() is "CPU per request" or "throughput"), static row => Assert.True(row.GetProperty("value").GetDouble() > 0));
        Assert.Contains($"## {scenario}", await File.ReadAllTextAsync(folder.File("results.md")), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(folder.File(scenario + ".svg")).Root!.Name.LocalName);
    }

    [SkippableFact]
    public async Task Plan_Quick_PredictsAMixAndDrawsIt()
    {
        Skip.IfNot(File.Exists("/usr/bin/wrk"), "wrk is not installed");
        Skip.IfNot(CanBoundCpu(), "no cpu control group can be made: not root, or no such controller");
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("mix.json"), """{ "name": "shop", "requestsPerSecond": 10, "connections": 100, "requests": [{ "weight": 4, "upstream": "uwsgi" }, { "responseBytes": 20000, "tls": true }] }""");

        var (exitCode, output) = await RunAsync("plan", "--quick", "--mix", folder.File("mix.json"), "--out", folder.Path);

        Assert.True(exitCode == 0, output);
        Assert.Contains("shop", output, StringComparison.Ordinal);
        Assert.Contains("headroom", output, StringComparison.Ordinal);
        Assert.Contains("<svg", await File.ReadAllTextAsync(folder.File("plan.html")), StringComparison.Ordinal);

        // A calibration that is kept says the same again.
        var (again, repeated) = await RunAsync("plan", "--calibration", folder.File("calibration.json"), "--mix", folder.File("mix.json"), "--out", folder.Path);
        Assert.True(again == 0, repeated);
        Assert.Contains(output.Split('\n').Single(static line => line.Contains("at most", StringComparison.Ordinal)), repeated, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_FaultyMix_SaysWhatIsWrong()
    {
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("mix.json"), """{ "requests": [{ "weight": -1 }] }""");

        var (exitCode, output) = await RunAsync("plan", "--mix", folder.File("mix.json"), "--out", folder.Path);

        Assert.Equal(64, exitCode);
        Assert.Contains("weight", output, StringComparison.Ordinal);
    }

    private static bool CanBoundCpu()
    {
        try
        {
            using var budget = new CpuBudget();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Is(JsonElement row, string subject, string metric) =>
        row.GetProperty("subject").GetString() == subject && row.GetProperty("metric").GetString() == metric && row.GetProperty("peer").ValueKind == JsonValueKind.Null;

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Ground.Binary("UwsgiIt.Comparison", "UwsgiIt.Comparison.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output + await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
