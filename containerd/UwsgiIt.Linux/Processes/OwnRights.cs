using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Processes;

/// <summary>What this process may do and who may look into it.</summary>
public static unsafe partial class OwnRights
{
    private const int PR_SET_DUMPABLE = 4;
    private const int PR_SET_NAME = 15;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private const uint CapabilityVersion = 0x20080522;

    /// <summary>
    /// Nobody of our uid may trace us or read our memory, and no capability of ours survives an execve: inheritable and ambient are emptied.
    /// Throws <see cref="LinuxException"/>.
    /// </summary>
    public static void KeepToOurselves()
    {
        var header = stackalloc uint[2];
        var sets = stackalloc uint[6];
        header[0] = CapabilityVersion;
        header[1] = 0;
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 || capget(header, sets) != 0)
        {
            throw new LinuxException("prctl", Marshal.GetLastPInvokeError(), "own rights");
        }

        // Effective, permitted, inheritable; twice 32 capabilities.
        sets[2] = 0;
        sets[5] = 0;
        if (capset(header, sets) != 0)
        {
            throw new LinuxException("capset", Marshal.GetLastPInvokeError(), "own rights");
        }
    }

    /// <summary>The name that ps shows, at most 15 bytes.</summary>
    public static void Name(string name)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + '\0'))
        {
            _ = prctl(PR_SET_NAME, (nint)text, 0, 0, 0);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint argument2, nint argument3, nint argument4, nint argument5);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capget(uint* header, uint* data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capset(uint* header, uint* data);
}
