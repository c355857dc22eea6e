using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Linux;

/// <summary>Whose use is bounded.</summary>
public enum QuotaKind
{
    /// <summary>Files of a uid (USRQUOTA).</summary>
    User = 0,

    /// <summary>Files of a project id (PRJQUOTA).</summary>
    Project = 2,
}

/// <summary>Use and bounds of one id; bytes and inodes, 0 for no bound.</summary>
public readonly record struct QuotaFacts(long Bytes, long LimitBytes, long Inodes, long LimitInodes);

/// <summary>Disk quota of the file system that an open descriptor is on (quotactl_fd(2), Linux 5.14).</summary>
public static unsafe class DiskQuota
{
    private const int Q_GETQUOTA = 0x800007;
    private const int Q_SETQUOTA = 0x800008;
    private const uint QIF_BLIMITS = 1;
    private const uint QIF_ILIMITS = 4;
    private const int BlockBytes = 1024;

    // struct if_dqblk: eight 64-bit numbers, the last two times, then what of it is valid.
    private const int Words = 9;

    /// <summary>Sets hard limits. Throws <see cref="LinuxException"/>: ESRCH or EOPNOTSUPP where quota is not on.</summary>
    public static void Set(SafeFileHandle place, QuotaKind kind, uint id, long bytes, long inodes)
    {
        ArgumentNullException.ThrowIfNull(place);
        var block = stackalloc ulong[Words];
        new Span<ulong>(block, Words).Clear();
        block[0] = (ulong)((bytes + BlockBytes - 1) / BlockBytes);
        block[3] = (ulong)inodes;
        *(uint*)(block + 8) = QIF_BLIMITS | QIF_ILIMITS;
        Native.Check(Native.Syscall(Native.SYS_quotactl_fd, place.DangerousGetHandle(), (Q_SETQUOTA << 8) | (int)kind, (nint)id, (nint)block, 0, 0), "quotactl_fd", $"{kind} {id}");
    }

    /// <summary>Reads them. Throws as <see cref="Set"/>.</summary>
    public static QuotaFacts Get(SafeFileHandle place, QuotaKind kind, uint id)
    {
        ArgumentNullException.ThrowIfNull(place);
        var block = stackalloc ulong[Words];
        new Span<ulong>(block, Words).Clear();
        Native.Check(Native.Syscall(Native.SYS_quotactl_fd, place.DangerousGetHandle(), (Q_GETQUOTA << 8) | (int)kind, (nint)id, (nint)block, 0, 0), "quotactl_fd", $"{kind} {id}");
        return new QuotaFacts((long)block[2], (long)block[0] * BlockBytes, (long)block[5], (long)block[3]);
    }
}
