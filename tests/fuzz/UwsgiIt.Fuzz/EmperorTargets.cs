using System.Text;
using UwsgiIt.Emperor.Cron;
using UwsgiIt.Emperor.Programs;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>What a customer writes into vassal files, read by pid 1.</summary>
internal static class EmperorTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["vassal-program"] = new(Program, Texts("[program]\nexec = a 'b c'\nenv = A=b\nmemory = 64M\nlisten = 127.0.0.1:80\ncron = 1 -2 3 4 7 x\nssl-ca-domain = a b c !d\n", "[uwsgi]\nexec = x\nport = 80\n")),
        ["vassal-cron"] = new(Cron, Texts("-1 -5 1 12 7 command", "minute=5,hour=-2,week=7,unique=1,harakiri=9 command")),
        ["vassal-words"] = new(Words, Texts("a 'b c' \"d \\\" e\" f\\ g")),
    };

    public static void Program(byte[] bytes)
    {
        var entries = IniText.Read(Encoding.UTF8.GetString(bytes));
        Check(entries.Count <= IniText.MaxEntries, "more entries than the limit");
        if (!ProgramReader.IsProgram(entries))
        {
            return;
        }

        var definition = ProgramReader.Read(entries, out var faults);
        Check(faults.Count > 0 || definition.Exec.Count > 0 || definition.Cron.Count > 0, "nothing to do and no fault");
        Check(definition.Exec.Count <= CommandLine.MaxWords && !definition.Exec.Any(static word => word.Contains('\0', StringComparison.Ordinal)), "words that execve would not take");
        Check(definition.Memory is null or >= 4096, "a memory limit that is none");
        Check(definition.StopSignal is > 0 and <= 64, "a signal that is none");
    }

    public static void Cron(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        foreach (var line in new[] { CronLine.TryReadFields(text, out var fields) ? fields : null, CronLine.TryReadPairs(text, out var pairs) ? pairs : null })
        {
            // Any minute of a leap year can be asked for without an exception.
            _ = line?.Matches(new DateTime(2028, 2, 29, 23, 59, 59, DateTimeKind.Unspecified));
            Check(line is null || line.Command.Length > 0, "no command");
        }
    }

    public static void Words(byte[] bytes)
    {
        if (CommandLine.TrySplit(Encoding.UTF8.GetString(bytes), out var words))
        {
            Check(CommandLine.TrySplit(CommandLine.Join(words), out var again) && again.SequenceEqual(words), "written again they read differently");
        }
    }
}
