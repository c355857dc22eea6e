using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Isolation;

/// <summary>A capability, by its number in linux/capability.h.</summary>
public enum Capability
{
    /// <summary>CAP_KILL: signal processes of other uids.</summary>
    Kill = 5,

    /// <summary>CAP_SETGID.</summary>
    SetGroupId = 6,

    /// <summary>CAP_SETUID.</summary>
    SetUserId = 7,
}

/// <summary>
/// Credentials of the calling thread alone: the kernel keeps them per thread, and these are the raw calls. (The C library's wrappers change every
/// thread of the process.) What is dropped here is dropped for what this thread starts.
/// </summary>
public static unsafe class ThreadCredentials
{
    private const int PR_SET_DUMPABLE = 4;
    private const int PR_SET_KEEPCAPS = 8;
    private const int PR_CAPBSET_DROP = 24;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private const uint CapabilityVersion3 = 0x20080522;
    private const int KEYCTL_JOIN_SESSION_KEYRING = 1;

    /// <summary>Real, effective and saved uid and gid, and no supplementary groups but those named.</summary>
    public static void Become(uint userId, uint groupId, params ReadOnlySpan<uint> groups)
    {
        var subject = $"uid {userId}";
        fixed (uint* list = groups)
        {
            Native.Check(Native.Syscall(Native.SYS_setgroups, groups.Length, (nint)list, 0, 0, 0, 0), "setgroups", subject);
        }

        Native.Check(Native.Syscall(Native.SYS_setresgid, (nint)groupId, (nint)groupId, (nint)groupId, 0, 0, 0), "setresgid", subject);
        Native.Check(Native.Syscall(Native.SYS_setresuid, (nint)userId, (nint)userId, (nint)userId, 0, 0, 0), "setresuid", subject);
    }

    /// <summary>Opens files as somebody else, without being signalled or traced as them (setfsuid(2)).</summary>
    public static void UseFilesAs(uint userId, uint groupId)
    {
        _ = Native.Syscall(Native.SYS_setfsgid, (nint)groupId, 0, 0, 0, 0, 0);
        _ = Native.Syscall(Native.SYS_setfsuid, (nint)userId, 0, 0, 0, 0, 0);
        if (Native.Syscall(Native.SYS_setfsuid, -1, 0, 0, 0, 0, 0) != (nint)userId || Native.Syscall(Native.SYS_setfsgid, -1, 0, 0, 0, 0, 0) != (nint)groupId)
        {
            throw new LinuxException("setfsuid", 1, $"uid {userId}");
        }
    }

    /// <summary>Lets permitted capabilities outlive the next change away from uid 0 on this thread.</summary>
    public static void KeepCapabilities(bool keep) => Prctl(PR_SET_KEEPCAPS, keep ? 1u : 0u, 0, "PR_SET_KEEPCAPS");

    /// <summary>Empties the bounding and ambient sets: no program started from here can gain a capability.</summary>
    public static void DropBounding()
    {
        for (nuint capability = 0; capability < 64; capability++)
        {
            // EINVAL: the kernel knows no capability of that number, nor any higher.
            if (Native.Prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno == 22)
                {
                    break;
                }

                throw new LinuxException("prctl", errno, $"PR_CAPBSET_DROP {capability}");
            }
        }

        Prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, "PR_CAP_AMBIENT");
    }

    /// <summary>Permitted and effective become exactly these; inheritable becomes empty.</summary>
    public static void SetCapabilities(params ReadOnlySpan<Capability> capabilities)
    {
        ulong bits = 0;
        foreach (var capability in capabilities)
        {
            bits |= 1ul << (int)capability;
        }

        var header = stackalloc uint[2];
        header[0] = CapabilityVersion3;
        header[1] = 0;
        var data = stackalloc uint[6];
        data[0] = data[1] = (uint)bits;
        data[3] = data[4] = (uint)(bits >> 32);
        data[2] = data[5] = 0;
        Native.Check(Native.Syscall(Native.SYS_capset, (nint)header, (nint)data, 0, 0, 0, 0), "capset", $"{bits:x}");
    }

    /// <summary>No exec gives more rights than the caller has; for ever (PR_SET_NO_NEW_PRIVS).</summary>
    public static void SetNoNewPrivileges() => Prctl(PR_SET_NO_NEW_PRIVS, 1, 0, "PR_SET_NO_NEW_PRIVS");

    /// <summary>Nobody but root may trace this process or read its memory, and hidepid hides it (PR_SET_DUMPABLE).</summary>
    public static void SetUndumpable() => Prctl(PR_SET_DUMPABLE, 0, 0, "PR_SET_DUMPABLE");

    /// <summary>A new session keyring, so that none of the host's is reached. Kernels without keyrings have nothing to hide.</summary>
    public static void JoinNewKeyring() => _ = Native.Syscall(Native.SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0, 0);

    private static void Prctl(int option, nuint value, nuint second, string name)
    {
        if (Native.Prctl(option, value, second, 0, 0) != 0)
        {
            throw new LinuxException("prctl", Marshal.GetLastPInvokeError(), name);
        }
    }
}
