using System.Globalization;

namespace UwsgiIt.Emperor.Setup;

/// <summary>The process that leads the session on a terminal, by the container's own numbers: we are outside its pid namespace and know it by another.</summary>
internal static class SessionLeader
{
    // linux/Documentation/admin-guide/devices.txt: slaves of pseudo-terminals.
    private const int TerminalMajor = 136;

    /// <summary>0 when there is none (any more).</summary>
    public static int Of(int terminal, string proc = "/proc")
    {
        foreach (var directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var processId) && Leads(processId, terminal, Text(directory + "/stat")))
            {
                return processId;
            }
        }

        return 0;
    }

    /// <summary>Reads proc_pid_stat(5): after the name, which may hold anything, come state, parent, group, session and terminal.</summary>
    public static bool Leads(int processId, int terminal, string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 4
            && int.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var session) && session == processId
            && int.TryParse(fields[4], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var device) && device == Device(terminal);
    }

    /// <summary>As the kernel tells a terminal in /proc: the minor's low byte, the major, the rest of the minor.</summary>
    private static int Device(int terminal) => (terminal & 0xFF) | (TerminalMajor << 8) | ((terminal & ~0xFF) << 12);

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return "";
        }
    }
}
