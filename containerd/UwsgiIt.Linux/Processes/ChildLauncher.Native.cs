using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Processes;

/// <content>
/// The calls of the child. All without GC transition: the thread that forks is the only one, and the child must not meet the runtime's
/// bookkeeping. setresuid(2) and its kind are glibc's here: after fork(2) it knows one thread only.
/// </content>
public static unsafe partial class ChildLauncher
{
    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int fork();

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int getpid();

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int setsid();

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int prctl(int option, nint argument2, nint argument3, nint argument4, nint argument5);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int setgroups(nint count, uint* groups);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int setresgid(uint real, uint effective, uint saved);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int setresuid(uint real, uint effective, uint saved);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial uint geteuid();

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int setfsuid(uint uid);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int setns(int descriptor, int kinds);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int ioctl(int descriptor, nuint request, nint argument);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial nint syscall(nint number, nint a, nint b, nint c);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int capset(uint* header, uint* data);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int chdir(byte* path);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial nint read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial nint write(int descriptor, void* buffer, nint count);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int close(int descriptor);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int dup2(int descriptor, int number);

    [LibraryImport("libc", EntryPoint = "fcntl"), SuppressGCTransition]
    private static partial int fcntl_dup(int descriptor, int command, int lowest);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int close_range(uint first, uint last, uint flags);

    [LibraryImport("libc", EntryPoint = "signal"), SuppressGCTransition]
    private static partial nint LibSignal(int number, nint handler);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int pthread_sigmask(int how, ulong* set, ulong* old);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int execve(byte* path, byte** arguments, byte** environment);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial void _exit(int status);

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial int* __errno_location();
}
