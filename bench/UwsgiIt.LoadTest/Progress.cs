using System.Diagnostics;
using System.Globalization;

namespace UwsgiIt.LoadTest;

/// <summary>A line in the terminal that says each second how the run goes.</summary>
internal static class Progress
{
    public static async Task ShowAsync(LoadGenerator generator, LoadPlan plan, Task running, TextWriter terminal)
    {
        var total = plan.WarmUp + plan.Duration;
        var started = Stopwatch.GetTimestamp();
        var (lastAnswers, lastTime) = (0L, TimeSpan.Zero);
        while (await Task.WhenAny(running, Task.Delay(1000)) != running)
        {
            var seen = generator.Result;
            var time = Stopwatch.GetElapsedTime(started);
            var rate = (seen.Answers - lastAnswers) / (time - lastTime).TotalSeconds;
            (lastAnswers, lastTime) = (seen.Answers, time);
            var phase = time < plan.WarmUp ? "warm-up" : time < total ? "measuring" : "waiting for answers";
            await terminal.WriteAsync(string.Create(CultureInfo.InvariantCulture,
                $"\r{phase} {time.TotalSeconds:F0}/{total.TotalSeconds:F0} s: {rate:F0}/s{(plan.Rate > 0 ? $" of {plan.Rate:F0}" : "")}, p50 {seen.Percentile(50)}, p99 {seen.Percentile(99)} µs, {seen.BadAnswers} bad, {seen.Failures} failed\e[K"));
        }

        await terminal.WriteAsync("\r\e[K");
    }
}
