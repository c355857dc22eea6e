using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Isolation;

/// <summary>A per-process limit, by its number in asm-generic/resource.h.</summary>
public enum ResourceLimit
{
    /// <summary>RLIMIT_CORE, bytes.</summary>
    Core = 4,

    /// <summary>RLIMIT_NPROC, processes of the uid.</summary>
    Processes = 6,

    /// <summary>RLIMIT_NOFILE, descriptors.</summary>
    OpenFiles = 7,

    /// <summary>RLIMIT_MEMLOCK, bytes.</summary>
    LockedMemory = 8,

    /// <summary>RLIMIT_MSGQUEUE, bytes.</summary>
    MessageQueues = 12,

    /// <summary>RLIMIT_NICE, 20 less the lowest nice value.</summary>
    Nice = 13,

    /// <summary>RLIMIT_RTPRIO.</summary>
    RealTimePriority = 14,
}

/// <summary>prlimit(2).</summary>
public static unsafe class ResourceLimits
{
    /// <summary>
    /// Sets soft and hard limit alike, lowering what was asked to the hard limit in force where raising needs CAP_SYS_RESOURCE and it is not
    /// there. Returns what is in force.
    /// </summary>
    /// <param name="limit">Which.</param>
    /// <param name="value">The limit, in its unit.</param>
    /// <param name="processId">Whose; 0 for the calling process.</param>
    public static ulong Set(ResourceLimit limit, ulong value, int processId = 0)
    {
        var old = stackalloc ulong[2];
        if (Native.Prlimit(processId, (int)limit, null, old) != 0)
        {
            throw new LinuxException("prlimit", Marshal.GetLastPInvokeError(), limit.ToString());
        }

        var wanted = stackalloc ulong[2];
        wanted[0] = wanted[1] = value;
        if (Native.Prlimit(processId, (int)limit, wanted, null) == 0)
        {
            return value;
        }

        wanted[0] = wanted[1] = Math.Min(value, old[1]);
        return Native.Prlimit(processId, (int)limit, wanted, null) == 0 ? wanted[0] : throw new LinuxException("prlimit", Marshal.GetLastPInvokeError(), limit.ToString());
    }
}
