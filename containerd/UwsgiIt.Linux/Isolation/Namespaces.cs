using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Isolation;

/// <summary>Kinds of namespaces, in the bits of clone(2).</summary>
[Flags]
public enum NamespaceKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>CLONE_NEWNS.</summary>
    Mount = 0x00020000,

    /// <summary>CLONE_NEWCGROUP.</summary>
    Cgroup = 0x02000000,

    /// <summary>CLONE_NEWUTS: host name.</summary>
    HostName = 0x04000000,

    /// <summary>CLONE_NEWIPC.</summary>
    Ipc = 0x08000000,

    /// <summary>CLONE_NEWUSER; the kernel refuses it to a process of several threads.</summary>
    User = 0x10000000,

    /// <summary>CLONE_NEWPID: for children of the calling thread.</summary>
    Pid = 0x20000000,

    /// <summary>CLONE_NEWNET.</summary>
    Network = 0x40000000,
}

/// <summary>Namespaces belong to threads: what is called here changes the calling thread only, which should be one made for it.</summary>
public static unsafe class Namespaces
{
    private const int CLONE_FS = 0x200;

    /// <summary>Gives the calling thread new namespaces (unshare(2)). Throws <see cref="LinuxException"/>.</summary>
    public static void Unshare(NamespaceKinds kinds)
    {
        if (unshare((int)kinds) != 0)
        {
            throw new LinuxException("unshare", LibC.errno, kinds.ToString());
        }
    }

    /// <summary>Moves the calling thread into namespaces of a process (setns(2), Linux 5.8).</summary>
    public static void Enter(Pidfd process, NamespaceKinds kinds)
    {
        ArgumentNullException.ThrowIfNull(process);
        if ((kinds & NamespaceKinds.Mount) != 0 && unshare(CLONE_FS) != 0)
        {
            throw new LinuxException("unshare", LibC.errno, "CLONE_FS");
        }

        if (setns((int)process.Handle.DangerousGetHandle(), (int)kinds) != 0)
        {
            throw new LinuxException("setns", LibC.errno, kinds.ToString());
        }
    }

    /// <summary>Sets the host name of the calling thread's namespace; at most 64 bytes.</summary>
    public static void SetHostName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var bytes = System.Text.Encoding.UTF8.GetBytes(name);
        fixed (byte* text = bytes)
        {
            if (sethostname(text, bytes.Length) != 0)
            {
                throw new LinuxException("sethostname", LibC.errno, name);
            }
        }
    }

    /// <summary>Brings the loopback interface of the calling thread's network namespace up.</summary>
    public static void RaiseLoopback()
    {
        const int SIOCGIFFLAGS = 0x8913;
        const int SIOCSIFFLAGS = 0x8914;
        const short IFF_UP = 1;
        using var socket = new SafeFileHandle(LibC.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ownsHandle: true);
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, 16));
        var flags = (short*)(request + 16);
        if (ioctl((int)socket.DangerousGetHandle(), SIOCGIFFLAGS, request) != 0)
        {
            throw new LinuxException("ioctl", LibC.errno, "SIOCGIFFLAGS lo");
        }

        *flags |= IFF_UP;
        if (ioctl((int)socket.DangerousGetHandle(), SIOCSIFFLAGS, request) != 0)
        {
            throw new LinuxException("ioctl", LibC.errno, "SIOCSIFFLAGS lo");
        }
    }
}
