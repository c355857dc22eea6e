using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>A signal that has arrived.</summary>
/// <param name="Number">Its number.</param>
/// <param name="SenderId">Pid of the sender; 0 when it is the kernel or outside our pid namespace.</param>
/// <param name="SenderUid">Real uid of the sender.</param>
public readonly record struct ReceivedSignal(int Number, int SenderId, uint SenderUid);

/// <summary>
/// signalfd(2). The signals must be blocked in every thread, those of the runtime too, and they inherit the mask that the process was
/// started with: see <see cref="RestartUnlessBlocked"/>.
/// </summary>
public sealed unsafe partial class SignalSource : IDisposable
{
    private const int SIG_BLOCK = 0;
    private const int SfdFlags = 0x80000 | 0x800; // SFD_CLOEXEC | SFD_NONBLOCK
    private const int SetWords = 16;
    private const int RecordBytes = 128;

    /// <summary>Opens it for these signals. Throws <see cref="LinuxException"/>.</summary>
    public SignalSource(params ReadOnlySpan<int> signals)
    {
        var set = stackalloc ulong[SetWords];
        Fill(set, signals);
        var descriptor = signalfd(-1, set, SfdFlags);
        Handle = descriptor >= 0 ? new SafeFileHandle(descriptor, true) : throw new LinuxException("signalfd", Marshal.GetLastPInvokeError(), "signals");
    }

    /// <summary>Readable when a signal waits.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>
    /// Called first thing in Main: when the signals are not blocked, blocks them and executes this program again, so that all threads of the
    /// runtime are born with them blocked. Returns when they are. Throws <see cref="LinuxException"/> when the program cannot be executed.
    /// </summary>
    public static void RestartUnlessBlocked(IReadOnlyList<string> arguments, params ReadOnlySpan<int> signals)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var wanted = stackalloc ulong[SetWords];
        var old = stackalloc ulong[SetWords];
        Fill(wanted, signals);
        _ = pthread_sigmask(SIG_BLOCK, wanted, old);
        if ((wanted[0] & ~old[0]) == 0)
        {
            return;
        }

        var environment = new List<string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add($"{variable.Key}={variable.Value}");
        }

        using var plan = new ChildPlan(new ChildStart { Images = [new ChildImage("/proc/self/exe", arguments)], Environment = environment, WorkingDirectory = "/", Descriptors = [] });
        _ = execve(plan.Paths[0], plan.Arguments[0], plan.Environment);
        throw new LinuxException("execve", Marshal.GetLastPInvokeError(), "/proc/self/exe");
    }

    /// <summary>Takes one; false when none waits.</summary>
    public bool TryRead(out ReceivedSignal signal)
    {
        var record = stackalloc uint[RecordBytes / sizeof(uint)];
        var isRead = (long)read((int)Handle.DangerousGetHandle(), record, RecordBytes) == RecordBytes;

        // struct signalfd_siginfo: ssi_signo, ssi_errno, ssi_code, ssi_pid, ssi_uid.
        signal = isRead ? new ReceivedSignal((int)record[0], (int)record[3], record[4]) : default;
        return isRead;
    }

    /// <inheritdoc />
    public void Dispose() => Handle.Dispose();

    private static void Fill(ulong* set, ReadOnlySpan<int> signals)
    {
        new Span<ulong>(set, SetWords).Clear();
        foreach (var signal in signals)
        {
            set[0] |= 1UL << (signal - 1);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int signalfd(int descriptor, ulong* set, int flags);

    [LibraryImport("libc")]
    private static partial int pthread_sigmask(int how, ulong* set, ulong* old);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int execve(byte* path, byte** arguments, byte** environment);
}
