using System.Globalization;
using System.Text.Json;

namespace UwsgiIt.LoadTest;

/// <summary>A result for people and for programs.</summary>
internal static class Summary
{
    public static string Text(LoadResult result) => string.Create(CultureInfo.InvariantCulture, $"""
        {result.Answers} answers in {result.Elapsed.TotalSeconds:F2} s, {result.PerSecond:F0}/s, {result.Bytes / result.Elapsed.TotalSeconds / 1e6:F1} MB/s
        latency µs: p50 {result.Percentile(50)}, p90 {result.Percentile(90)}, p99 {result.Percentile(99)}, p99.9 {result.Percentile(99.9)}, max {result.Percentile(100)}
        {result.Problem ?? "no errors"}
        """);

    public static string Json(LoadResult result) => JsonSerializer.Serialize(new
    {
        answers = result.Answers,
        seconds = result.Elapsed.TotalSeconds,
        perSecond = result.PerSecond,
        bytes = result.Bytes,
        bad = result.BadAnswers,
        failed = result.Failures,
        unsent = result.Unsent,
        p50 = result.Percentile(50),
        p90 = result.Percentile(90),
        p99 = result.Percentile(99),
        p999 = result.Percentile(99.9),
        max = result.Percentile(100),
    });
}
