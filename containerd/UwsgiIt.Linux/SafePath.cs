using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// Opens paths that somebody else may write to. No component may be a symbolic link, so the path means what it says;
/// openat2(2), Linux 5.6.
/// </summary>
public static unsafe class SafePath
{
    // linux/openat2.h
    private const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    private const ulong RESOLVE_NO_SYMLINKS = 0x04;

    /// <summary>
    /// Opens <paramref name="path"/> without following any symbolic link. With <paramref name="pathOnly"/> the handle serves
    /// <see cref="Stat"/> only (O_PATH), which also works for sockets. On failure <paramref name="errno"/> says why (ELOOP: a link was met).
    /// </summary>
    public static bool TryOpen(string path, bool pathOnly, [NotNullWhen(true)] out SafeFileHandle? handle, out int errno)
    {
        ArgumentNullException.ThrowIfNull(path);
        handle = null;
        if (path.Length == 0 || path[0] != '/' || path.Contains('\0', StringComparison.Ordinal))
        {
            errno = EINVAL;
            return false;
        }

        // O_NONBLOCK: a fifo in the file's place must not make us wait for its writer.
        var how = new open_how
        {
            flags = (ulong)(pathOnly ? O_PATH | O_CLOEXEC : O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
            resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
        };
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            descriptor = openat2(AT_FDCWD, name, &how, sizeof(open_how));
        }

        if (descriptor < 0)
        {
            errno = LibC.errno;
            return false;
        }

        errno = 0;
        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return true;
    }

    /// <summary>stat(2) of an open file. Throws <see cref="LinuxException"/> when the kernel refuses, which it does not for a valid handle.</summary>
    public static FileFacts Stat(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        stat facts;
        if (fstat((int)handle.DangerousGetHandle(), &facts) != 0)
        {
            throw new LinuxException("fstat", LibC.errno, "descriptor");
        }

        GC.KeepAlive(handle);
        return new FileFacts(
            (uint)facts.st_mode,
            (uint)facts.st_uid,
            (uint)facts.st_gid,
            (long)facts.st_size,
            (ulong)facts.st_ino,
            (ulong)facts.st_dev,
            (ulong)facts.st_nlink,
            ((long)facts.st_mtim.tv_sec * 1_000_000_000) + (long)facts.st_mtim.tv_nsec);
    }
}
