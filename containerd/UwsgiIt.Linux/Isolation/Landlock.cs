using Microsoft.Win32.SafeHandles;

namespace UwsgiIt.Linux.Isolation;

/// <summary>Rights that a thread takes from itself and from all it starts, for ever, without needing any (landlock(7)).</summary>
public static unsafe class Landlock
{
    private const int SYS_landlock_create_ruleset = 444;
    private const int SYS_landlock_restrict_self = 446;
    private const int LANDLOCK_CREATE_RULESET_VERSION = 1;

    // linux/landlock.h: the first 13 of LANDLOCK_ACCESS_FS_*, then one each with interfaces 2 (REFER), 3 (TRUNCATE) and 5 (IOCTL_DEV).
    private const ulong Files1 = 0x1FFF;
    private const ulong Refer = 0x2000;
    private const ulong Truncate = 0x4000;
    private const ulong DeviceRequests = 0x8000;

    // LANDLOCK_ACCESS_NET_BIND_TCP and _CONNECT_TCP (4); LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and _SIGNAL (6).
    private const ulong Tcp = 3;
    private const ulong Scopes = 3;

    /// <summary>The kernel's version of the interface; 0 where it has none or it is switched off.</summary>
    public static int Version => (int)Math.Max(0, Native.Syscall(SYS_landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION, 0, 0, 0));

    /// <summary>
    /// From now on the calling thread opens no file, makes none and executes none, binds and connects no TCP socket, and reaches no abstract socket or
    /// process from outside itself, as far as the kernel knows how; what is open stays usable. Sets no_new_privs. False where there is no Landlock.
    /// </summary>
    public static bool TryForbidEverything()
    {
        var version = Version;
        if (version == 0)
        {
            return false;
        }

        // struct landlock_ruleset_attr, of which older kernels know the first one or two members. No rule: nothing of what is named is allowed.
        var wanted = stackalloc ulong[3];
        wanted[0] = Files1 | (version >= 2 ? Refer : 0) | (version >= 3 ? Truncate : 0) | (version >= 5 ? DeviceRequests : 0);
        wanted[1] = Tcp;
        wanted[2] = Scopes;
        var size = version switch
        {
            < 4 => 1,
            < 6 => 2,
            _ => 3,
        } * sizeof(ulong);
        var descriptor = Native.Check(Native.Syscall(SYS_landlock_create_ruleset, (nint)wanted, size, 0, 0, 0, 0), "landlock_create_ruleset", $"version {version}");
        using var rules = new SafeFileHandle(descriptor, ownsHandle: true);
        ThreadCredentials.SetNoNewPrivileges();
        Native.Check(Native.Syscall(SYS_landlock_restrict_self, descriptor, 0, 0, 0, 0, 0), "landlock_restrict_self", $"version {version}");
        return true;
    }
}
