using System.Runtime.InteropServices;
using System.Text;

namespace UwsgiIt.Linux;

/// <summary>Size and room of a file system (statfs(2)); bytes and inodes.</summary>
public readonly record struct FileSystemFacts(long Bytes, long FreeBytes, long Inodes, long FreeInodes)
{
    /// <summary>Of the file system that has a path of the host's own. Throws <see cref="LinuxException"/>.</summary>
    public static unsafe FileSystemFacts Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);

        // struct statfs of 64-bit machines: type, block size, blocks, free, available, files, free files.
        var facts = stackalloc long[16];
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return Native.StatFs(text, facts) == 0
                ? new FileSystemFacts(facts[2] * facts[1], facts[4] * facts[1], facts[5], facts[6])
                : throw new LinuxException("statfs", Marshal.GetLastPInvokeError(), path);
        }
    }

    /// <summary>True when something is mounted at a directory: it is on another device than its parent.</summary>
    public static bool IsMountPoint(string path)
    {
        using var directory = SafeDirectory.OpenTrusted(path);
        using var parent = SafeDirectory.OpenTrusted(Path.GetDirectoryName(path)!);
        return SafePath.Stat(directory.Handle).Device != SafePath.Stat(parent.Handle).Device;
    }
}
