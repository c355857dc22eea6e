using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>
/// Starts children by fork(2) from a quiescent NativeAOT process: one managed thread, no background GC, and in the child nothing but direct
/// calls on memory laid out before. posix_spawn(3) cannot drop rights, and a helper of ours would be loaded by the container's own ld.so
/// with our capabilities; see containerd/README.md for the measurement. Never call this from a process with more managed threads.
/// </summary>
public static unsafe partial class ChildLauncher
{
    private const int PR_SET_DUMPABLE = 4;
    private const int PR_CAPBSET_DROP = 24;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int LastCapability = 63;
    private const int CLONE_NEWUSER = 0x10000000;
    private const int SECCOMP_SET_MODE_FILTER = 1;
    private const nuint TIOCSCTTY = 0x540E;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private const uint CapabilityVersion = 0x20080522;
    private const int SIG_SETMASK = 2;
    private const int SignalCount = 64;
    internal const int FirstSpare = 512;
    private const uint CLOSE_RANGE_CLOEXEC = 4;

    /// <summary>
    /// Starts a child. The steps in it, with who it is: as we are: (1) own session, (2) the gate, (3) an OOM score of its own; then
    /// (4) another user namespace, groups, gid, uid, no capability, no_new_privs; as the customer: (5) working directory, (6) descriptors, (7) the terminal,
    /// (8) signals, (9) the filter, (10) execve.
    /// Throws <see cref="LinuxException"/> when there is no process or descriptor to be had.
    /// </summary>
    public static StartingChild Start(ChildStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        using var plan = new ChildPlan(start);
        var (status, report) = Pipe();
        SafeFileHandle? wait = null;
        SafeFileHandle? opener = null;
        try
        {
            if (start.IsGated)
            {
                (wait, opener) = Pipe();
            }

            // The finalizer's is the only other managed thread; it must have nothing to do while we fork.
            GC.WaitForPendingFinalizers();
            var reportDescriptor = (int)report.DangerousGetHandle();
            var gateDescriptor = wait is null ? -1 : (int)wait.DangerousGetHandle();
            var openerDescriptor = opener is null ? -1 : (int)opener.DangerousGetHandle();
            var processId = fork();
            if (processId == 0)
            {
                Become(plan, reportDescriptor, gateDescriptor, openerDescriptor);
            }

            var errno = *__errno_location();
            GC.KeepAlive(start);
            if (processId < 0)
            {
                throw new LinuxException("fork", errno, start.Images[0].Path);
            }

            _ = fcntl((int)status.DangerousGetHandle(), F_SETFL, O_NONBLOCK);
            return new StartingChild(processId, status, opener);
        }
        catch
        {
            status.Dispose();
            opener?.Dispose();
            throw;
        }
        finally
        {
            report.Dispose();
            wait?.Dispose();
        }
    }

    private static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        return pipe2(ends, O_CLOEXEC) == 0
            ? (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true))
            : throw new LinuxException("pipe2", LibC.errno, "child");
    }

    /// <summary>The child. No allocation, no managed call that could lock, no static with an initialiser.</summary>
    private static void Become(ChildPlan plan, int report, int gate, int opener)
    {
        _ = setsid();
        if (gate >= 0)
        {
            byte go = 0;
            _ = close(opener);
            if (read(gate, &go, 1) != 1)
            {
                Fail(report, ChildStep.Gate, *__errno_location());
            }
        }

        ResetOomScore(plan);
        if ((plan.UserNamespace >= 0 && setns(plan.UserNamespace, CLONE_NEWUSER) != 0) || (plan.Filter is not null && !DropBounding()))
        {
            Fail(report, ChildStep.Rights, *__errno_location());
        }

        if (plan.ChangesUser && (setgroups(0, null) != 0 || setresgid(plan.Gid, plan.Gid, plan.Gid) != 0 || setresuid(plan.Uid, plan.Uid, plan.Uid) != 0))
        {
            Fail(report, ChildStep.Rights, *__errno_location());
        }

        if (!DropCapabilities(plan.ChangesUser))
        {
            Fail(report, ChildStep.Rights, *__errno_location());
        }

        if (plan.ProfileFile is not null && !ChangeProfile(plan))
        {
            Fail(report, ChildStep.Rights, *__errno_location());
        }

        if (chdir(plan.WorkingDirectory) != 0)
        {
            Fail(report, ChildStep.WorkingDirectory, *__errno_location());
        }

        if (!PlaceDescriptors(plan, &report))
        {
            Fail(report, ChildStep.Descriptors, *__errno_location());
        }

        if (plan.HasTerminal && ioctl(0, TIOCSCTTY, 0) != 0)
        {
            Fail(report, ChildStep.Descriptors, *__errno_location());
        }

        // Ignored signals stay ignored over execve; the runtime ignores SIGPIPE.
        for (var signal = 1; signal <= SignalCount; signal++)
        {
            _ = LibSignal(signal, 0);
        }

        WritePid(plan.PidDigits);

        // sigset_t of glibc: 1024 bits.
        var none = stackalloc ulong[16];
        new Span<ulong>(none, 16).Clear();
        _ = pthread_sigmask(SIG_SETMASK, none, null);
        if (plan.Filter is not null && syscall(plan.SeccompNumber, SECCOMP_SET_MODE_FILTER, 0, (nint)plan.Filter) != 0)
        {
            Fail(report, ChildStep.Rights, *__errno_location());
        }

        for (var i = 0; i < plan.ImageCount; i++)
        {
            _ = execve(plan.Paths[i], plan.Arguments[i], plan.Environment);
        }

        Fail(report, ChildStep.Execute, *__errno_location());
    }

    /// <summary>
    /// The children of pid 1 are killed for want of memory before it is. The file belongs to root while a process is not dumpable, so for this moment
    /// we are, and see files as who we are and not as the customer; the uid is still ours, which no customer can trace.
    /// </summary>
    private static void ResetOomScore(ChildPlan plan)
    {
        // In this order: every change of the uid makes us undumpable again.
        var before = setfsuid(geteuid());
        _ = prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        var file = open(plan.OomScore, O_WRONLY | O_CLOEXEC);
        if (file >= 0)
        {
            _ = write(file, plan.OomScoreValue, plan.OomScoreLength);
            _ = close(file);
        }

        _ = setfsuid((uint)before);
        _ = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }

    /// <summary>Last of all rights: the profile has none of those that were needed to give the others up.</summary>
    private static bool ChangeProfile(ChildPlan plan)
    {
        var file = open(plan.ProfileFile, O_WRONLY | O_CLOEXEC);
        return file >= 0 && write(file, plan.ProfileChange, plan.ProfileChangeLength) == plan.ProfileChangeLength && close(file) == 0;
    }

    /// <summary>A namespace newly joined comes with a full set. EINVAL: the kernel knows no capability of that number, nor any higher.</summary>
    private static bool DropBounding()
    {
        for (var capability = 0; capability <= LastCapability; capability++)
        {
            if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            {
                return *__errno_location() == EINVAL;
            }
        }

        return true;
    }

    private static bool DropCapabilities(bool all)
    {
        _ = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        {
            return false;
        }

        var header = stackalloc uint[2];
        var sets = stackalloc uint[6];
        header[0] = CapabilityVersion;
        header[1] = 0;
        new Span<uint>(sets, 6).Clear();
        return !all || capset(header, sets) == 0;
    }

    private static void WritePid(byte* digits)
    {
        if (digits is null)
        {
            return;
        }

        var length = 0;
        for (var rest = getpid(); rest > 0; rest /= 10)
        {
            // Least digit first, the others move up.
            for (var i = length; i > 0; i--)
            {
                digits[i] = digits[i - 1];
            }

            digits[0] = (byte)('0' + (rest % 10));
            length++;
        }

        digits[length] = 0;
    }

    /// <summary>First out of the way of all wanted numbers, then to their places; everything else is closed by execve.</summary>
    private static bool PlaceDescriptors(ChildPlan plan, int* report)
    {
        var moved = fcntl_dup(*report, F_DUPFD_CLOEXEC, FirstSpare);
        if (moved < 0)
        {
            return false;
        }

        *report = moved;
        for (var i = 0; i < plan.DescriptorCount; i++)
        {
            plan.Sources[i] = fcntl_dup(plan.Sources[i], F_DUPFD_CLOEXEC, FirstSpare);
            if (plan.Sources[i] < 0)
            {
                return false;
            }
        }

        if (close_range(3, uint.MaxValue, CLOSE_RANGE_CLOEXEC) != 0)
        {
            return false;
        }

        var device = open(plan.NullDevice, O_RDWR | O_CLOEXEC);
        for (var number = 0; number <= 2; number++)
        {
            if (device >= 0)
            {
                _ = dup2(device, number);
            }
            else
            {
                _ = close(number);
            }
        }

        for (var i = 0; i < plan.DescriptorCount; i++)
        {
            if (dup2(plan.Sources[i], plan.Numbers[i]) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void Fail(int report, ChildStep step, int errno)
    {
        var message = stackalloc int[2];
        message[0] = (int)step;
        message[1] = errno;
        _ = write(report, message, 2 * sizeof(int));
        _exit(127);
    }
}
