using System.Globalization;
using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Cron;

namespace UwsgiIt.Emperor.Programs;

/// <summary>Vassal file to <see cref="ProgramDefinition"/>. An ini is a plain program's when it has a section [program], or exec in [uwsgi].</summary>
internal static class ProgramReader
{
    private const string ProgramSection = "program";
    private const string UwsgiSection = "uwsgi";
    private const int MaxNames = 64;
    private const int MaxListen = 16;
    private const int MaxCron = 64;

    /// <summary>True when the text describes a plain program, well or badly.</summary>
    public static bool IsProgram(IReadOnlyList<IniEntry> entries) =>
        entries.Any(static entry => entry.Section == ProgramSection || (entry.Section is UwsgiSection or "" && entry.Key == "exec"));

    /// <summary>Reads it; <paramref name="faults"/> has a sentence for every line that cannot be, and is empty when all is well.</summary>
    public static ProgramDefinition Read(IReadOnlyList<IniEntry> entries, out List<string> faults)
    {
        faults = [];
        var section = entries.Any(static entry => entry.Section == ProgramSection) ? ProgramSection : entries.First(static entry => entry.Key == "exec").Section;
        var definition = new ProgramDefinition();
        foreach (var entry in entries.Where(entry => entry.Section == section))
        {
            if (Apply(definition, entry) is { } next)
            {
                definition = next;
            }
            else
            {
                faults.Add($"line {entry.Line}: {entry.Key} = {entry.Value} is not understood");
            }
        }

        CheckWhole(definition, faults);
        return definition;
    }

    private static void CheckWhole(ProgramDefinition definition, List<string> faults)
    {
        if (definition.Exec.Count == 0 && (definition.Cron.Count == 0 || definition.Names.Count > 0 || definition.Listen.Count > 0))
        {
            faults.Add("exec is missing");
        }

        if (definition.IsOnDemand && definition.Listen.Count == 0)
        {
            faults.Add("on-demand needs listen");
        }

        if (definition.Names.Count > 0 && definition.Socket is null && definition.Port is null && !definition.Listen.Any(static address => address.StartsWith('/')))
        {
            faults.Add("a domain needs a socket, a listen path or a port to announce");
        }
    }

    /// <summary>The definition with this line in it; null when the line is wrong.</summary>
    private static ProgramDefinition? Apply(ProgramDefinition definition, IniEntry entry)
    {
        var value = entry.Value;
        switch (entry.Key)
        {
            case "exec":
                return CommandLine.TrySplit(value, out var words) ? definition with { Exec = words } : null;
            case "cwd" or "chdir":
                return value.StartsWith('/') ? definition with { WorkingDirectory = value } : null;
            case "env":
                return value.IndexOf('=', StringComparison.Ordinal) > 0 ? definition with { Environment = [.. definition.Environment, value] } : null;
            case "restart":
                return value switch
                {
                    "always" => definition with { Restart = RestartPolicy.Always },
                    "on-failure" => definition with { Restart = RestartPolicy.OnFailure },
                    "never" => definition with { Restart = RestartPolicy.Never },
                    _ => null,
                };
            case "stop-signal":
                return SignalNames.TryRead(value, out var stop) ? definition with { StopSignal = stop } : null;
            case "reload-signal":
                return SignalNames.TryRead(value, out var reload) ? definition with { ReloadSignal = reload } : null;
            case "stop-timeout":
                return TryNumber(value, 1, 300, out var seconds) ? definition with { StopTimeout = TimeSpan.FromSeconds(seconds) } : null;
            case "listen":
                return IsAddress(value) && definition.Listen.Count < MaxListen ? definition with { Listen = [.. definition.Listen, value] } : null;
            case "on-demand":
                return value is "true" or "false" or "" ? definition with { IsOnDemand = value != "false" } : null;
            case "memory":
                return TryBytes(value, out var bytes) ? definition with { Memory = bytes } : null;
            case "cpu-weight":
                return TryNumber(value, 1, 10_000, out var weight) ? definition with { CpuWeight = weight } : null;
            case "cron":
                return CronLine.TryReadFields(value, out var cron) && definition.Cron.Count < MaxCron ? definition with { Cron = [.. definition.Cron, cron] } : null;
            case "cron2":
                return CronLine.TryReadPairs(value, out var cron2) && definition.Cron.Count < MaxCron ? definition with { Cron = [.. definition.Cron, cron2] } : null;
            case "domain" or "ssl-domain" or "ssl-ca-domain":
                return AnnouncedName.TryRead(entry.Key, value, out var name) && definition.Names.Count < MaxNames ? definition with { Names = [.. definition.Names, name] } : null;
            case "proto":
                return value is "http" or "uwsgi" or "fastcgi" or "scgi" or "h2c" ? definition with { Protocol = value } : null;
            case "socket":
                return value.StartsWith('/') ? definition with { Socket = value } : null;
            case "port":
                return TryNumber(value, 1, 65_535, out var port) ? definition with { Port = port } : null;
            default:
                return null;
        }
    }

    private static bool IsAddress(string value) => value.StartsWith('/') || (System.Net.IPEndPoint.TryParse(value, out var endPoint) && endPoint.Port > 0);

    private static bool TryNumber(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static bool TryBytes(string text, out long bytes)
    {
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        return long.TryParse(shift > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes) && bytes > 0 && bytes <= long.MaxValue >> 31 && (bytes <<= shift) >= 4096;
    }
}
