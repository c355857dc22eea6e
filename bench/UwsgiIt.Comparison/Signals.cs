using System.Runtime.InteropServices;

namespace UwsgiIt.Comparison;

/// <summary>kill(2), for what the runtime's Process cannot send.</summary>
internal static partial class Signals
{
    public const int HangUp = 1;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int pid, int signal) => _ = Kill(pid, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
