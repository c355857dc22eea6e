using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Processes;

/// <summary>How a child ended.</summary>
/// <param name="ProcessId">Its pid, free for reuse from now on.</param>
/// <param name="ExitCode">Its exit status, or -1 when a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
public readonly record struct ChildExit(int ProcessId, int ExitCode, int Signal);

/// <summary>waitpid(2) for any child, adopted orphans included. Do not use it beside System.Diagnostics.Process: they steal from each other.</summary>
public static unsafe partial class ChildReaper
{
    private const int WNOHANG = 1;

    /// <summary>Takes one ended child; false when there is none now.</summary>
    public static bool TryReap(out ChildExit exit)
    {
        int status;
        var processId = waitpid(-1, &status, WNOHANG);
        exit = processId <= 0 ? default : new ChildExit(processId, (status & 0x7F) == 0 ? (status >> 8) & 0xFF : -1, status & 0x7F);
        return processId > 0;
    }

    [LibraryImport("libc")]
    private static partial int waitpid(int processId, int* status, int options);
}
