using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>inotify(7) on one directory: tells that something changed in it, not what; who is told looks for himself.</summary>
public sealed unsafe partial class DirectoryWatch : IDisposable
{
    private const int InFlags = 0x80000 | 0x800; // IN_CLOEXEC | IN_NONBLOCK

    // IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
    private const uint Changes = 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x01000000;
    private const uint Ended = 0x400 | 0x800 | 0x2000 | 0x8000; // IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED
    private const int HeaderBytes = 16;

    private int _watch = -1;

    private DirectoryWatch(int descriptor) => Handle = new SafeFileHandle(descriptor, true);

    /// <summary>Readable when something changed.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>True while a directory is watched.</summary>
    public bool IsWatching => _watch >= 0;

    /// <summary>Opens it without a directory; null where the user has as many as the kernel allows (user.max_inotify_instances).</summary>
    public static DirectoryWatch? TryOpen()
    {
        var descriptor = inotify_init1(InFlags);
        return descriptor >= 0 ? new DirectoryWatch(descriptor) : null;
    }

    /// <summary>Watches the directory, which must be readable by the user we act as; false when it is not there.</summary>
    public bool TryWatch(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            _watch = inotify_add_watch((int)Handle.DangerousGetHandle(), name, Changes);
        }

        return IsWatching;
    }

    /// <summary>Empties the queue; afterwards <see cref="IsWatching"/> is false when the directory itself went away.</summary>
    public void Drain()
    {
        Span<byte> buffer = stackalloc byte[4096];
        int length;
        while ((length = Pipes.Read(Handle, buffer)) > 0)
        {
            for (var at = 0; at + HeaderBytes <= length; at += HeaderBytes + (int)MemoryMarshal.Read<uint>(buffer[(at + 12)..]))
            {
                var watch = MemoryMarshal.Read<int>(buffer[at..]);
                if (watch == _watch && (MemoryMarshal.Read<uint>(buffer[(at + 4)..]) & Ended) != 0)
                {
                    _ = inotify_rm_watch((int)Handle.DangerousGetHandle(), _watch);
                    _watch = -1;
                }
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => Handle.Dispose();

    [LibraryImport("libc")]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc")]
    private static partial int inotify_add_watch(int descriptor, byte* path, uint mask);

    [LibraryImport("libc")]
    private static partial int inotify_rm_watch(int descriptor, int watch);
}
