using System.Globalization;

namespace UwsgiIt.Linux.Isolation;

/// <summary>
/// Whom the kernel kills first for want of memory (proc_pid_oom_score_adj(5)). A value set with CAP_SYS_RESOURCE is also the least that the process
/// and its children may have later; what a privileged service has, its children inherit, so it must be taken back before others' programs run.
/// </summary>
public static class OomScore
{
    /// <summary>Pid 1 of a container: no better than any process of the host. Customers' processes may come down to it, never below.</summary>
    public const int PidOne = 0;

    /// <summary>What customers start goes first; ours, arbitrary.</summary>
    public const int Customer = 200;

    /// <summary>Sets a process's, the calling one's where none is named; false where the kernel refuses, since raising needs no right and lowering does.</summary>
    public static bool TrySet(int value, int? processId = null)
    {
        try
        {
            File.WriteAllText($"/proc/{processId?.ToString(CultureInfo.InvariantCulture) ?? "self"}/oom_score_adj", value.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
