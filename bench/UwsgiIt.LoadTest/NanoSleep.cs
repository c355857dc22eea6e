using System.Runtime.InteropServices;

namespace UwsgiIt.LoadTest;

/// <summary>Sleeps as finely as the kernel can; the runtime's own waits are in milliseconds.</summary>
internal static unsafe partial class NanoSleep
{
    public static void For(long microseconds)
    {
        var time = stackalloc nint[2] { (nint)(microseconds / 1_000_000), (nint)(microseconds % 1_000_000 * 1000) };
        _ = Sleep(time, null);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(nint* time, nint* left);
}
