using System.Globalization;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Containers;

/// <summary>What /proc says of a process, for telling it from another that got its number.</summary>
internal static class ProcessFacts
{
    private static readonly string[] Kinds = ["mnt", "pid", "net", "ipc", "uts", "cgroup", "user"];

    public static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Null when there is no such process.</summary>
    public static long? StartTicks(int processId)
    {
        try
        {
            // The name in parentheses may hold anything; what follows the last one is numbers, the first being field 3.
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>True for a process that has ended and was not reaped.</summary>
    public static bool IsZombie(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[text.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }

    public static IReadOnlyDictionary<string, string> Namespaces(int processId) =>
        Kinds.ToDictionary(static kind => kind, kind => new FileInfo($"/proc/{processId}/ns/{kind}").LinkTarget ?? "");

    /// <summary>True when the record still tells of this process.</summary>
    public static bool Matches(ContainerRecord record, Pidfd process)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (record.BootId != BootId() || process.HasExited || StartTicks(record.ProcessId) != record.StartTicks)
        {
            return false;
        }

        var found = Namespaces(record.ProcessId);
        return record.Namespaces.Count == found.Count && record.Namespaces.All(pair => found.TryGetValue(pair.Key, out var value) && value == pair.Value);
    }
}
