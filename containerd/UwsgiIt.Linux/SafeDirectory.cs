using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// A directory held by descriptor, for work below it when somebody else may write there. Names are looked up beneath it without following any
/// symbolic link or leaving it (openat2(2)), so what is changed is what was meant.
/// </summary>
public sealed unsafe class SafeDirectory : IDisposable
{
    // linux/openat2.h
    internal const ulong RESOLVE_NO_XDEV = 0x01;
    internal const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    internal const ulong RESOLVE_NO_SYMLINKS = 0x04;
    internal const ulong RESOLVE_BENEATH = 0x08;

    private static int s_temporaries;

    private SafeDirectory(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>The open directory; owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>How it was named, for messages only.</summary>
    public string Path { get; }

    /// <summary>Opens an absolute path whose every component is a real directory. Throws <see cref="LinuxException"/> (ELOOP: a link was met).</summary>
    public static SafeDirectory Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var handle = OpenAt(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, path);
        return new SafeDirectory(handle, path);
    }

    /// <summary>Opens an absolute path that only root can change, links and all.</summary>
    public static SafeDirectory OpenTrusted(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new SafeDirectory(OpenAt(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS, path), path);
    }

    /// <summary>Opens the root of a mount that may be attached nowhere.</summary>
    internal static SafeDirectory OpenIn(SafeFileHandle mount, string subject) =>
        new(OpenAt((int)mount.DangerousGetHandle(), ".", O_RDONLY | O_DIRECTORY, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, subject), subject);

    /// <summary>Opens a directory below this one.</summary>
    public SafeDirectory OpenDirectory(string name) => new(OpenBelow(name, O_RDONLY | O_DIRECTORY, 0), Join(name));

    /// <summary>Opens something below this one as a mere place (O_PATH): mount points, files to look at.</summary>
    public SafeFileHandle OpenPlace(string name) => OpenBelow(name, O_PATH, 0);

    /// <summary>Opens a place, or gives null when it is absent.</summary>
    public SafeFileHandle? TryOpenPlace(string name)
    {
        try
        {
            return OpenPlace(name);
        }
        catch (LinuxException e) when (e.Errno is 2 or 20)
        {
            return null;
        }
    }

    /// <summary>Opens a regular file for reading; anything else in its place is refused with EINVAL.</summary>
    public SafeFileHandle OpenFile(string name) => RequireRegular(OpenBelow(name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0), name);

    /// <summary>Opens a regular file for reading and writing; it must be there.</summary>
    public SafeFileHandle OpenFileForUpdate(string name) => RequireRegular(OpenBelow(name, O_RDWR | O_NONBLOCK | O_NOCTTY, 0), name);

    /// <summary>Opens a regular file for appending, made with <paramref name="mode"/> when absent.</summary>
    public SafeFileHandle OpenAppend(string name, int mode) => RequireRegular(OpenBelow(name, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, mode), name);

    /// <summary>Opens a file of a kernel file system for writing, which must be there.</summary>
    public SafeFileHandle OpenForWriting(string name) => OpenBelow(name, O_WRONLY | O_NOCTTY, 0);

    /// <summary>Opens a character device for reading and writing.</summary>
    public SafeFileHandle OpenCharacterDevice(string name) => OpenBelow(name, O_RDWR | O_NOCTTY, 0);

    /// <summary>Opens a terminal to write to it, without making it ours and without ever waiting for it.</summary>
    public SafeFileHandle OpenTerminal(string name) => OpenBelow(name, O_WRONLY | O_NOCTTY | O_NONBLOCK, 0);

    /// <summary>
    /// Makes a directory of this owner and mode, or gives an existing one to that owner. A link or file in its place is an error, and the
    /// directory is known by descriptor before its owner changes.
    /// </summary>
    public SafeDirectory MakeDirectory(string name, uint userId, uint groupId, int mode)
    {
        fixed (byte* text = Terminated(name))
        {
            if (mkdirat(Descriptor, text, (ushort)0x1C0) != 0 && LibC.errno is var errno && errno != EEXIST)
            {
                throw new LinuxException("mkdirat", errno, Join(name));
            }
        }

        var made = OpenDirectory(name);
        try
        {
            var facts = SafePath.Stat(made.Handle);
            if (facts.UserId != userId || facts.GroupId != groupId)
            {
                made.ChangeOwner(userId, groupId);
            }

            if ((facts.Mode & 0xFFF) != (ushort)mode)
            {
                made.ChangeMode(mode);
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes a whole file: under a new name first, made by nobody else (O_EXCL), given its owner and mode, renamed over the old one. What the
    /// old name was, a link included, is neither opened nor followed.
    /// </summary>
    public void WriteFile(string name, ReadOnlySpan<byte> content, uint userId, uint groupId, int mode)
    {
        var temporary = string.Create(System.Globalization.CultureInfo.InvariantCulture, $".{name}.{Environment.ProcessId}.{Interlocked.Increment(ref s_temporaries)}~");
        TryRemove(temporary);
        using (var file = OpenBelow(temporary, O_WRONLY | O_CREAT | O_EXCL, 0x180))
        {
            RandomAccess.Write(file, content, 0);
            var descriptor = (int)file.DangerousGetHandle();
            Throw(fchown(descriptor, userId, groupId), "fchown", temporary);
            Throw(fchmod(descriptor, (ushort)mode), "fchmod", temporary);
        }

        Rename(temporary, name);
    }

    /// <summary>Removes a file or link; false when there was none.</summary>
    public bool TryRemove(string name)
    {
        fixed (byte* text = Terminated(name))
        {
            return unlinkat(Descriptor, text, 0) == 0;
        }
    }

    /// <summary>Makes a symbolic link.</summary>
    public void MakeLink(string name, string target)
    {
        fixed (byte* text = Terminated(name))
        fixed (byte* to = Encoding.UTF8.GetBytes(target + '\0'))
        {
            Throw(symlinkat(to, Descriptor, text), "symlinkat", name);
        }
    }

    /// <summary>Makes a character device node (mknodat(2)); needs CAP_MKNOD.</summary>
    public void MakeCharacterDevice(string name, int major, int minor, int mode)
    {
        fixed (byte* text = Terminated(name))
        {
            Throw(mknodat(Descriptor, text, (ushort)(0x2000 | mode), (ulong)(uint)((major << 8) | minor)), "mknodat", name);
            Throw(fchmodat(Descriptor, text, (ushort)mode, 0), "fchmodat", name);
        }
    }

    /// <summary>Gives what is of this name to somebody; a link itself, not what it points to.</summary>
    public void ChangeOwner(string name, uint userId, uint groupId)
    {
        fixed (byte* text = Terminated(name))
        {
            Throw(fchownat(Descriptor, text, userId, groupId, AT_SYMLINK_NOFOLLOW), "fchownat", name);
        }
    }

    /// <summary>Gives this directory to somebody.</summary>
    public void ChangeOwner(uint userId, uint groupId) => Throw(fchown(Descriptor, userId, groupId), "fchown", null);

    /// <summary>Changes the permission bits of this directory.</summary>
    public void ChangeMode(int mode) => Throw(fchmod(Descriptor, (ushort)mode), "fchmod", null);

    /// <summary>Makes this the working directory of the process.</summary>
    public void Enter() => Throw(fchdir(Descriptor), "fchdir", null);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private int Descriptor => (int)Handle.DangerousGetHandle();

    private void Rename(string from, string to)
    {
        fixed (byte* old = Terminated(from))
        fixed (byte* name = Terminated(to))
        {
            if (Native.Syscall(Native.SYS_renameat2, Descriptor, (nint)old, Descriptor, (nint)name, 0, 0) != 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                TryRemove(from);
                throw new LinuxException("renameat2", errno, Join(to));
            }
        }
    }

    private SafeFileHandle OpenBelow(string name, int flags, int mode) =>
        OpenAt(Descriptor, name, flags, mode, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, Join(name));

    private static SafeFileHandle OpenAt(int directory, string name, int flags, int mode, ulong resolve, string subject)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var how = new open_how { flags = (ulong)(uint)(flags | O_CLOEXEC), mode = (ulong)mode, resolve = resolve };
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            var descriptor = openat2(directory, text, &how, sizeof(open_how));
            return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new LinuxException("openat2", LibC.errno, subject);
        }
    }

    private SafeFileHandle RequireRegular(SafeFileHandle file, string name)
    {
        var facts = SafePath.Stat(file);
        if (facts.IsRegularFile && facts.Links == 1)
        {
            return file;
        }

        file.Dispose();
        throw new LinuxException("openat2", EINVAL, $"{Join(name)}, which is not a regular file of one name");
    }

    /// <summary>A single name: what the calls that cannot be told to stay below get.</summary>
    private static byte[] Terminated(string name) =>
        name is "" or "." or ".." || name.AsSpan().IndexOfAny('/', '\0') >= 0
            ? throw new ArgumentException($"'{name}' is not a name within a directory.", nameof(name))
            : Encoding.UTF8.GetBytes(name + '\0');

    private string Join(string name) => $"{Path.TrimEnd('/')}/{name}";

    private void Throw(int result, string call, string? name)
    {
        if (result != 0)
        {
            throw new LinuxException(call, LibC.errno, name is null ? Path : Join(name));
        }
    }
}
