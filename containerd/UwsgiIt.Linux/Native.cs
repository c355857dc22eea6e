using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace UwsgiIt.Linux;

/// <summary>
/// The C library's entry points that Tmds.LibC does not have. The library is named by its soname and looked for nowhere near the program:
/// pid 1 of a container may bind one of these after its root has become a customer's.
/// </summary>
internal static partial class Native
{
    private const string LibC = "libc.so.6";

    // Numbers of these calls are the same on every architecture (asm-generic/unistd.h).
    internal const int SYS_io_uring_setup = 425;
    internal const int SYS_io_uring_enter = 426;
    internal const int SYS_io_uring_register = 427;
    internal const int SYS_open_tree = 428;
    internal const int SYS_move_mount = 429;
    internal const int SYS_fsopen = 430;
    internal const int SYS_fsconfig = 431;
    internal const int SYS_fsmount = 432;
    internal const int SYS_pidfd_open = 434;
    internal const int SYS_openat2 = 437;
    internal const int SYS_mount_setattr = 442;
    internal const int SYS_quotactl_fd = 443;

    internal static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    internal static int SYS_pidfd_send_signal => 424;

    internal static int SYS_renameat2 => IsX64 ? 316 : 276;

    internal static int SYS_pivot_root => IsX64 ? 155 : 41;

    internal static int SYS_seccomp => IsX64 ? 317 : 277;

    internal static int SYS_capset => IsX64 ? 126 : 91;

    internal static int SYS_setresuid => IsX64 ? 117 : 147;

    internal static int SYS_setresgid => IsX64 ? 119 : 149;

    internal static int SYS_setgroups => IsX64 ? 116 : 159;

    internal static int SYS_setfsuid => IsX64 ? 122 : 151;

    internal static int SYS_setfsgid => IsX64 ? 123 : 152;

    internal static int SYS_keyctl => IsX64 ? 250 : 219;

    /// <summary>syscall(2).</summary>
    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    /// <summary>recvmmsg(2).</summary>
    [LibraryImport(LibC, EntryPoint = "recvmmsg", SetLastError = true)]
    internal static unsafe partial int ReceiveMessages(int socket, MessageHeader* messages, uint count, int flags, nint timeout);

    /// <summary>prctl(2).</summary>
    [LibraryImport(LibC, EntryPoint = "prctl", SetLastError = true)]
    internal static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    /// <summary>waitid(2).</summary>
    [LibraryImport(LibC, EntryPoint = "waitid", SetLastError = true)]
    internal static unsafe partial int WaitId(int idType, int id, byte* info, int options);

    /// <summary>statfs(2).</summary>
    [LibraryImport(LibC, EntryPoint = "statfs", SetLastError = true)]
    internal static unsafe partial int StatFs(byte* path, long* facts);

    /// <summary>prlimit(2).</summary>
    [LibraryImport(LibC, EntryPoint = "prlimit64", SetLastError = true)]
    internal static unsafe partial int Prlimit(int pid, int resource, ulong* newLimit, ulong* oldLimit);

    [LibraryImport(LibC, EntryPoint = "posix_spawn")]
    internal static unsafe partial int PosixSpawn(int* pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_init")]
    internal static unsafe partial int SpawnActionsInit(byte* actions);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static unsafe partial int SpawnActionsDestroy(byte* actions);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static unsafe partial int SpawnActionsDup2(byte* actions, int from, int to);

    [LibraryImport(LibC, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    internal static unsafe partial int SpawnActionsCloseFrom(byte* actions, int from);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_init")]
    internal static unsafe partial int SpawnAttributesInit(byte* attributes);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_destroy")]
    internal static unsafe partial int SpawnAttributesDestroy(byte* attributes);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setflags")]
    internal static unsafe partial int SpawnAttributesFlags(byte* attributes, short flags);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setsigmask")]
    internal static unsafe partial int SpawnAttributesSignalMask(byte* attributes, byte* set);

    [LibraryImport(LibC, EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static unsafe partial int SpawnAttributesSignalDefault(byte* attributes, byte* set);

    /// <summary>The call's result, or an exception that names it.</summary>
    internal static nint Check(nint result, string call, string subject) =>
        result >= 0 ? result : throw new LinuxException(call, Marshal.GetLastPInvokeError(), subject);

    /// <summary>struct mmsghdr of recvmmsg(2).</summary>
    internal struct MessageHeader
    {
        public Tmds.Linux.msghdr Header;
        public uint Length;
    }
}
