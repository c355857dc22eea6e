using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>A regular file to append to, at a path that somebody else may write to.</summary>
public sealed unsafe partial class AppendFile : IDisposable
{
    private const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    private const ulong RESOLVE_NO_SYMLINKS = 0x04;
    private const int CreateMode = 0x1A0; // 0640

    private readonly SafeFileHandle _handle;

    private AppendFile(SafeFileHandle handle, long size)
    {
        _handle = handle;
        Size = size;
    }

    /// <summary>Length in bytes, as far as we wrote it.</summary>
    public long Size { get; private set; }

    /// <summary>Opens or creates it; no component may be a link, and it must be a regular file with one name.</summary>
    public static bool TryOpen(string path, [NotNullWhen(true)] out AppendFile? file, out int errno)
    {
        ArgumentNullException.ThrowIfNull(path);
        file = null;
        var how = new open_how
        {
            flags = (ulong)(O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW),
            mode = CreateMode,
            resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
        };
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            descriptor = openat2(AT_FDCWD, name, &how, sizeof(open_how));
        }

        errno = descriptor < 0 ? LibC.errno : 0;
        if (descriptor < 0)
        {
            return false;
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        stat facts;
        if (fstat(descriptor, &facts) != 0 || ((uint)facts.st_mode & 0xF000) != 0x8000 || (ulong)facts.st_nlink != 1)
        {
            errno = EPERM;
            handle.Dispose();
            return false;
        }

        file = new AppendFile(handle, (long)facts.st_size);
        return true;
    }

    /// <summary>Renames a file; false when that is not possible.</summary>
    public static bool TryRename(string from, string to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        fixed (byte* source = Encoding.UTF8.GetBytes(from + '\0'))
        fixed (byte* target = Encoding.UTF8.GetBytes(to + '\0'))
        {
            return rename(source, target) == 0;
        }
    }

    /// <summary>Appends all of it; false when the disk or the quota is full.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = Pipes.Write(_handle, bytes);
            if (written <= 0)
            {
                return false;
            }

            Size += written;
            bytes = bytes[written..];
        }

        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc")]
    private static partial int rename(byte* from, byte* to);
}
