using System.Diagnostics;
using System.Globalization;

namespace UwsgiIt.Comparison;

/// <summary>A process that we started, with whatever it started: its CPU time, its memory, its end.</summary>
internal sealed class ProcessTree : IDisposable
{
    // Of /proc/*/stat; 100 on every Linux there is (sysconf(_SC_CLK_TCK)).
    private const double TicksPerSecond = 100;

    private readonly Process _process;
    private readonly string _logFile;
    private readonly StreamWriter _log;

    public ProcessTree(string logFile, string program, IEnumerable<string> arguments)
    {
        _logFile = logFile;
        _log = new StreamWriter(logFile, append: false) { AutoFlush = true };
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>What it said last, for a fault's message.</summary>
    public string LastLines
    {
        get
        {
            lock (_log)
            {
                return string.Join(" / ", File.ReadLines(_logFile).TakeLast(3));
            }
        }
    }

    /// <summary>User and system time of all its processes so far, in seconds. Of a child that ended, its parent has it.</summary>
    public double CpuSeconds => Pids().Sum(static pid => Stat(pid) is { } fields ? (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / TicksPerSecond : 0);

    /// <summary>Resident memory of all its processes, in bytes.</summary>
    public long ResidentBytes => Pids().Sum(static pid => Stat(pid) is { } fields ? (long)Number(fields[21]) * Environment.SystemPageSize : 0);

    /// <summary>Its pid and its descendants'.</summary>
    public IReadOnlyList<int> Pids()
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(static pid => pid > 0)
            .Select(static pid => (Pid: pid, Parent: Stat(pid) is { } fields ? (int)Number(fields[1]) : 0))
            .ToLookup(static pair => pair.Parent, static pair => pair.Pid);
        var all = new List<int> { _process.Id };
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(parents[all[i]]);
        }

        return all;
    }

    /// <summary>Stops all its processes where they are, so that others are measured alone.</summary>
    public void Freeze() => Send(Signals.Stop);

    /// <summary>Lets them go on.</summary>
    public void Thaw() => Send(Signals.Continue);

    /// <summary>Sends a signal to the process that we started, not to its children.</summary>
    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    public void Dispose()
    {
        try
        {
            Thaw();
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _process.Dispose();
        lock (_log)
        {
            _log.Dispose();
        }
    }

    private void Send(int signal)
    {
        foreach (var pid in Pids())
        {
            Signals.Send(pid, signal);
        }
    }

    /// <summary>Fields of /proc/pid/stat from the third on, or null when it is gone.</summary>
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private void Log(string? line)
    {
        lock (_log)
        {
            if (line is not null && _log.BaseStream is not null)
            {
                _log.WriteLine(line);
            }
        }
    }
}
