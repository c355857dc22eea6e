using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Isolation;

/// <summary>What a mount forbids, in the kernel's bits (mount_setattr(2)).</summary>
[Flags]
public enum MountAttributes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>MOUNT_ATTR_RDONLY.</summary>
    ReadOnly = 0x1,

    /// <summary>MOUNT_ATTR_NOSUID: set-user-id bits and file capabilities mean nothing.</summary>
    NoSetUserId = 0x2,

    /// <summary>MOUNT_ATTR_NODEV: device nodes cannot be opened.</summary>
    NoDevices = 0x4,

    /// <summary>MOUNT_ATTR_NOEXEC.</summary>
    NoExecute = 0x8,
}

/// <summary>
/// A mount held by descriptor, with its attributes set before it is attached anywhere; source and target are descriptors too, so no path can be
/// exchanged in between. open_tree(2), fsopen(2), mount_setattr(2), move_mount(2); Linux 5.12.
/// </summary>
public sealed unsafe class MountTree : IDisposable
{
    // linux/mount.h
    internal const int OPEN_TREE_CLONE = 1;
    internal const int AT_RECURSIVE = 0x8000;
    internal const int FSOPEN_CLOEXEC = 1;
    internal const int FSMOUNT_CLOEXEC = 1;
    internal const int FSCONFIG_SET_FLAG = 0;
    internal const int FSCONFIG_SET_STRING = 1;
    internal const int FSCONFIG_CMD_CREATE = 6;
    internal const int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    internal const int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    internal const int MountAttrSize = 32;
    internal const ulong MOUNT_ATTR_IDMAP = 0x00100000;

    private MountTree(SafeFileHandle handle, string subject)
    {
        Handle = handle;
        Subject = subject;
    }

    /// <summary>The root of the mount; lookups below it work before it is attached.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>What it is, for messages.</summary>
    public string Subject { get; }

    /// <summary>A copy of the mount at an open place (a bind mount), not of mounts below it.</summary>
    public static MountTree Clone(SafeFileHandle place, string subject)
    {
        ArgumentNullException.ThrowIfNull(place);
        fixed (byte* empty = "\0"u8)
        {
            var descriptor = Native.Check(Native.Syscall(Native.SYS_open_tree, (nint)Descriptor(place), (nint)empty, OPEN_TREE_CLONE | AT_EMPTY_PATH | O_CLOEXEC, 0, 0, 0), "open_tree", subject);
            return new MountTree(new SafeFileHandle(descriptor, ownsHandle: true), subject);
        }
    }

    /// <summary>A new file system instance, for example <c>tmpfs</c> with <c>size</c>; an option without value is a flag.</summary>
    public static MountTree Create(string type, MountAttributes attributes, params ReadOnlySpan<(string Name, string? Value)> options)
    {
        nint context;
        fixed (byte* name = Text(type))
        {
            context = Native.Check(Native.Syscall(Native.SYS_fsopen, (nint)name, FSOPEN_CLOEXEC, 0, 0, 0, 0), "fsopen", type);
        }

        using var opened = new SafeFileHandle(context, ownsHandle: true);
        foreach (var (name, value) in options)
        {
            fixed (byte* key = Text(name))
            fixed (byte* text = Text(value ?? ""))
            {
                Native.Check(Native.Syscall(Native.SYS_fsconfig, context, value is null ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING, (nint)key, value is null ? 0 : (nint)text, 0, 0), "fsconfig", $"{type} {name}={value}");
            }
        }

        Native.Check(Native.Syscall(Native.SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0, 0), "fsconfig", type);
        var descriptor = Native.Check(Native.Syscall(Native.SYS_fsmount, context, FSMOUNT_CLOEXEC, (nint)attributes, 0, 0, 0), "fsmount", type);
        return new MountTree(new SafeFileHandle(descriptor, ownsHandle: true), type);
    }

    /// <summary>Sets attributes on this mount; what was set stays set.</summary>
    public MountTree With(MountAttributes attributes) => Change((ulong)attributes, 0);

    /// <summary>
    /// Owners are seen through the map of a user namespace: what is root's on the disk is that namespace's root's here. Before it is attached, and
    /// once; a file system that cannot be seen so answers EINVAL.
    /// </summary>
    public MountTree WithOwnersOf(SafeFileHandle userNamespace)
    {
        ArgumentNullException.ThrowIfNull(userNamespace);
        return Change(MOUNT_ATTR_IDMAP, (ulong)Descriptor(userNamespace));
    }

    /// <summary>Attaches it over an open place: a directory over a directory, a file over a file.</summary>
    public void Attach(SafeFileHandle place, string target)
    {
        ArgumentNullException.ThrowIfNull(place);
        fixed (byte* empty = "\0"u8)
        {
            Native.Check(Native.Syscall(Native.SYS_move_mount, Descriptor(Handle), (nint)empty, Descriptor(place), (nint)empty, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH, 0), "move_mount", $"{Subject} on {target}");
        }
    }

    /// <summary>The root of the mount as a directory to work in.</summary>
    public SafeDirectory OpenRoot() => SafeDirectory.OpenIn(Handle, Subject);

    /// <summary>Closes the descriptor; a mount that was never attached goes away.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>No mount of this namespace passes to others or comes from them any more.</summary>
    public static void MakeAllPrivate()
    {
        fixed (byte* root = "/\0"u8)
        {
            // Slave first, then private: nothing made in between reaches the host.
            foreach (var flags in (ReadOnlySpan<ulong_t>)[MS_REC | MS_SLAVE, MS_REC | MS_PRIVATE])
            {
                if (mount(null, root, null, flags, null) != 0)
                {
                    throw new LinuxException("mount", LibC.errno, "propagation of /");
                }
            }
        }
    }

    /// <summary>Makes the mount whose root is the working directory the root, and lets the old root go, everything below it included.</summary>
    public static void PivotToWorkingDirectory()
    {
        fixed (byte* here = ".\0"u8)
        fixed (byte* root = "/\0"u8)
        {
            // Both arguments alike: the old root then lies over the new one, and detaching "." is detaching it (pivot_root(2)).
            Native.Check(Native.Syscall(Native.SYS_pivot_root, (nint)here, (nint)here, 0, 0, 0, 0), "pivot_root", ".");
            if (umount2(here, MNT_DETACH) != 0)
            {
                throw new LinuxException("umount2", LibC.errno, "the old root");
            }

            if (chdir(root) != 0)
            {
                throw new LinuxException("chdir", LibC.errno, "/");
            }
        }
    }

    /// <summary>Lets go of what is mounted at a path of the host's own; users of it keep it until they are done.</summary>
    public static void Detach(string path)
    {
        fixed (byte* text = Text(path))
        {
            if (umount2(text, MNT_DETACH) != 0)
            {
                throw new LinuxException("umount2", LibC.errno, path);
            }
        }
    }

    private MountTree Change(ulong attributes, ulong userNamespace)
    {
        // struct mount_attr: set, clear, propagation, userns_fd.
        var change = stackalloc ulong[4];
        change[0] = attributes;
        change[1] = change[2] = 0;
        change[3] = userNamespace;
        fixed (byte* empty = "\0"u8)
        {
            Native.Check(Native.Syscall(Native.SYS_mount_setattr, Descriptor(Handle), (nint)empty, AT_EMPTY_PATH, (nint)change, MountAttrSize, 0), "mount_setattr", Subject);
        }

        return this;
    }

    private static nint Descriptor(SafeFileHandle handle) => handle.DangerousGetHandle();

    private static byte[] Text(string value) => Encoding.UTF8.GetBytes(value + '\0');
}
