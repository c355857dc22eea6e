using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>A process held by descriptor: its number cannot come to mean another (pidfd_open(2), Linux 5.4).</summary>
public sealed unsafe class Pidfd : IDisposable
{
    private const int P_PIDFD = 3;
    private const int WEXITED = 4;
    private const int WNOHANG = 1;
    private const int CLD_EXITED = 1;

    // siginfo_t of a 64-bit machine.
    private const int CodeOffset = 8;
    private const int ProcessIdOffset = 16;
    private const int StatusOffset = 24;

    private Pidfd(SafeFileHandle handle, int processId)
    {
        Handle = handle;
        ProcessId = processId;
    }

    /// <summary>The descriptor; readable once the process has ended.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Its number in our namespace.</summary>
    public int ProcessId { get; }

    /// <summary>True once it has ended, reaped or not.</summary>
    public bool HasExited
    {
        get
        {
            var item = new pollfd { fd = (int)Handle.DangerousGetHandle(), events = POLLIN };
            return poll(&item, 1, 0) > 0;
        }
    }

    /// <summary>Opens a process; null when there is none of that number.</summary>
    public static Pidfd? TryOpen(int processId)
    {
        var descriptor = Native.Syscall(Native.SYS_pidfd_open, processId, 0, 0, 0, 0, 0);
        return descriptor >= 0 ? new Pidfd(new SafeFileHandle(descriptor, ownsHandle: true), processId)
            : Marshal.GetLastPInvokeError() == ESRCH ? null
            : throw new LinuxException("pidfd_open", Marshal.GetLastPInvokeError(), $"process {processId}");
    }

    /// <summary>Takes over a descriptor that came from elsewhere.</summary>
    public static Pidfd Adopt(SafeFileHandle handle, int processId) => new(handle, processId);

    /// <summary>Sends a signal; false when the process has ended.</summary>
    public bool TrySignal(int signal)
    {
        if (Native.Syscall(Native.SYS_pidfd_send_signal, Handle.DangerousGetHandle(), signal, 0, 0, 0, 0) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == ESRCH ? false : throw new LinuxException("pidfd_send_signal", errno, $"process {ProcessId}");
    }

    /// <summary>
    /// Reaps a child that has ended: its exit code, or 128 and the signal that ended it. Null while it runs, or when it is not our child (an
    /// adopted one: its parent reaps it).
    /// </summary>
    public int? TryReap()
    {
        var info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        if (Native.WaitId(P_PIDFD, (int)Handle.DangerousGetHandle(), info, WEXITED | WNOHANG) != 0 || *(int*)(info + ProcessIdOffset) == 0)
        {
            return null;
        }

        var status = *(int*)(info + StatusOffset);
        return *(int*)(info + CodeOffset) == CLD_EXITED ? status : 128 + status;
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
