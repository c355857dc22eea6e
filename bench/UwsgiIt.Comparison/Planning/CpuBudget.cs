using System.Globalization;

namespace UwsgiIt.Comparison.Planning;

/// <summary>
/// A control group that gives a process so much CPU and no more, so that it is the process under test that is exhausted first and not the
/// load generator beside it. Needs root; cgroup v1 or v2 (docs.kernel.org/scheduler/sched-bwc.html).
/// </summary>
internal sealed class CpuBudget : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    // The kernel's default. With a fifth of it a third of the smallest budget went into caches that were cold again, and into quotas of one slice for all cores.
    private const int PeriodMicroseconds = 100_000;

    private readonly bool _isV2 = File.Exists($"{Root}/cgroup.controllers");
    private readonly string _folder;

    // With v1 another hierarchy counts; where both are mounted as one it is the same folder.
    private readonly string _accounting;

    public CpuBudget()
    {
        var name = $"uwsgiit-bench-{Environment.ProcessId}";
        _folder = _isV2 ? $"{Root}/{name}" : $"{Root}/cpu/{name}";
        _accounting = _isV2 ? _folder : $"{Root}/cpuacct/{name}";
        try
        {
            if (_isV2)
            {
                File.WriteAllText($"{Root}/cgroup.subtree_control", "+cpu");
            }

            Directory.CreateDirectory(_folder);
            Directory.CreateDirectory(_accounting);
            if (!_isV2)
            {
                Write(_folder, "cpu.cfs_period_us", $"{PeriodMicroseconds}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The planner bounds the router's CPU by a control group, which needs root and the cpu controller: {e.Message}", e);
        }
    }

    /// <summary>CPU that the group's processes have used, in seconds; finer than what the kernel says of a process.</summary>
    public double UsedSeconds => _isV2
        ? long.Parse(File.ReadLines(Path.Combine(_folder, "cpu.stat")).Single(static line => line.StartsWith("usage_usec ", StringComparison.Ordinal)).AsSpan("usage_usec ".Length), CultureInfo.InvariantCulture) / 1e6
        : long.Parse(File.ReadAllText(Path.Combine(_accounting, "cpuacct.usage")), CultureInfo.InvariantCulture) / 1e9;

    /// <summary>Cores given; null for no bound.</summary>
    public void Set(double? cores)
    {
        var quota = cores is { } some ? ((long)(some * PeriodMicroseconds)).ToString(CultureInfo.InvariantCulture) : null;
        if (_isV2)
        {
            Write(_folder, "cpu.max", $"{quota ?? "max"} {PeriodMicroseconds}");
        }
        else
        {
            Write(_folder, "cpu.cfs_quota_us", quota ?? "-1");
        }
    }

    public void Add(ProcessTree process)
    {
        foreach (var pid in process.Pids())
        {
            Write(_folder, "cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            Write(_accounting, "cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The group's processes have ended.</summary>
    public void Dispose()
    {
        foreach (var folder in new[] { _folder, _accounting }.Distinct())
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // Gone already, or the kernel still reaps: an empty group costs nothing and its name has our pid.
            }
        }
    }

    private static void Write(string folder, string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);
}
