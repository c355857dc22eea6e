using System.Diagnostics;

namespace UwsgiIt.Comparison;

/// <summary>Where and of what the figures are: a result without it tells nobody anything.</summary>
internal sealed record Machine(string Date, string Commit, string Processor, int Cores, string Kernel, string Runtime, double LoadBefore)
{
    public static Machine Describe() => new(
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture),
        Output("git", ["-C", Ground.Root, "describe", "--always", "--dirty"]),
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown",
        Environment.ProcessorCount,
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        ".NET " + Environment.Version,
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture));

    public override string ToString() => FormattableString.Invariant($"{Date}, commit {Commit}, {Cores} cores of {Processor}, Linux {Kernel}, {Runtime}, load average of 15 minutes {LoadBefore:F1}");

    private static string Output(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : "unknown";
    }
}
