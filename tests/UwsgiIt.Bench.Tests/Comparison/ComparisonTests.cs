using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using UwsgiIt.Comparison;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Bench.Tests.Comparison;

/// <summary>The suite's quick form on two scenarios, as a process: it must run and produce rows. What the rows say gates nothing.</summary>
public sealed class ComparisonTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [SkippableTheory]
    [InlineData("small-get", "nginx", "CPU per request,throughput,memory,p50 at half load,p99 at half load,p99.9 at half load")]
    [InlineData("idle-tls", "nginx", "memory per connection")]
    public async Task Quick_WritesRowsTablesAndCharts(string scenario, string peer, string metrics)
    {
        Skip.IfNot(File.Exists("/usr/bin/wrk") && File.Exists("/usr/sbin/nginx"), "wrk or nginx is not installed");
        using var folder = new TempDirectory();

        var (exitCode, output) = await RunAsync("--quick", "--scenario", scenario, "--peer", peer, "--out", folder.Path);

        Assert.True(exitCode == 0, output);
        var rows = JsonDocument.Parse(await File.ReadAllBytesAsync(folder.File("results.json"))).RootElement.GetProperty("rows").EnumerateArray().ToArray();
        foreach (var metric in metrics.Split(','))
        {
            Assert.All(new[] { "ours", peer }, subject => Assert.Contains(rows, row => Is(row, subject, metric) && row.GetProperty("value").GetDouble() > (metric.StartsWith("memory per", StringComparison.Ordinal) ? double.MinValue : 0)));
            Assert.Contains(rows, row => Is(row, "ours", metric, peer) && row.GetProperty("ratio").ValueKind == JsonValueKind.Number);
        }

        Assert.Contains($"## {scenario}", await File.ReadAllTextAsync(folder.File("results.md")), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(folder.File(scenario + ".svg")).Root!.Name.LocalName);
    }

    private static bool Is(JsonElement row, string subject, string metric, string? peer = null) =>
        row.GetProperty("subject").GetString() == subject && row.GetProperty("metric").GetString() == metric && row.GetProperty("peer").GetString() == peer;

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Ground.Binary("UwsgiIt.Comparison", "UwsgiIt.Comparison.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
