using Tmds.Linux;

namespace UwsgiIt.Linux.Processes;

/// <summary>kill(2).</summary>
public static class ProcessSignals
{
    /// <summary>Signals one process; false when it is gone.</summary>
    public static bool Send(int processId, int signal) => processId > 1 && LibC.kill(processId, signal) == 0;

    /// <summary>Signals a process group; false when it is gone. Never our own and never everybody: the id must be a child's.</summary>
    public static bool SendToGroup(int processId, int signal) => processId > 1 && LibC.kill(-processId, signal) == 0;
}
