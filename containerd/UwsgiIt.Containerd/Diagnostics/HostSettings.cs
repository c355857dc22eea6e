using System.Globalization;

namespace UwsgiIt.Containerd.Diagnostics;

/// <summary>Settings of the host's kernel that its customers' containers should find, and which are weaker here. Nothing is set: that is the operator's (deploy/sysctl.d).</summary>
internal static class HostSettings
{
    private static readonly (string Name, int Least)[] AtLeast =
    [
        ("kernel/dmesg_restrict", 1), ("kernel/kptr_restrict", 1), ("kernel/perf_event_paranoid", 2), ("kernel/unprivileged_bpf_disabled", 1),
        ("fs/protected_symlinks", 1), ("fs/protected_hardlinks", 1), ("fs/protected_fifos", 2), ("fs/protected_regular", 2),
    ];

    private static readonly (string Name, int Most)[] AtMost = [("fs/suid_dumpable", 0), ("vm/unprivileged_userfaultfd", 0), ("dev/tty/legacy_tiocsti", 0), ("kernel/yama/ptrace_scope", 1)];

    /// <summary>A sentence for each that is weaker than it should be; what the kernel does not have is no fault.</summary>
    public static IReadOnlyList<string> Faults(Func<string, string?> read)
    {
        var faults = new List<string>();
        foreach (var (name, least) in AtLeast)
        {
            if (Number(read(name)) is { } value && value < least)
            {
                faults.Add($"{Dotted(name)} is {value}, not at least {least}");
            }
        }

        foreach (var (name, most) in AtMost)
        {
            if (Number(read(name)) is { } value && value > most)
            {
                faults.Add($"{Dotted(name)} is {value}, not at most {most}");
            }
        }

        if (read("kernel/core_pattern") is ['|', ..])
        {
            faults.Add("kernel.core_pattern is a program of the host's, which a customer's process can start by crashing");
        }

        return faults;
    }

    /// <summary>Those of this host.</summary>
    public static IReadOnlyList<string> Faults() => Faults(static name =>
    {
        try
        {
            return File.ReadAllText("/proc/sys/" + name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    });

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string Dotted(string name) => name.Replace('/', '.');
}
