using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>Looks at and reads files of a customer. Call it acting as the customer; links are followed where the customer could follow them.</summary>
public static unsafe class CustomerFile
{
    private const ulong RESOLVE_NO_MAGICLINKS = 0x02;

    /// <summary>stat(2), or lstat(2) without <paramref name="followLinks"/>; false when there is nothing to be seen.</summary>
    public static bool TryStat(string path, bool followLinks, out FileFacts facts)
    {
        ArgumentNullException.ThrowIfNull(path);
        stat found;
        facts = default;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            if ((followLinks ? stat(name, &found) : lstat(name, &found)) != 0)
            {
                return false;
            }
        }

        facts = Facts(&found);
        return true;
    }

    /// <summary>
    /// Reads a regular file of at most <paramref name="maxBytes"/>. Files of procfs are refused: a link to /proc/self would show us to ourselves.
    /// </summary>
    public static bool TryRead(string path, int maxBytes, [NotNullWhen(true)] out byte[]? content)
    {
        ArgumentNullException.ThrowIfNull(path);
        content = null;
        var how = new open_how { flags = (ulong)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), resolve = RESOLVE_NO_MAGICLINKS };
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            descriptor = openat2(AT_FDCWD, name, &how, sizeof(open_how));
        }

        if (descriptor < 0)
        {
            return false;
        }

        try
        {
            stat found;
            if (fstat(descriptor, &found) != 0 || !Facts(&found).IsRegularFile || Facts(&found).Size > maxBytes || IsOfProc(Facts(&found)))
            {
                return false;
            }

            var buffer = new byte[maxBytes + 1];
            var length = 0;
            fixed (byte* pointer = buffer)
            {
                long count;
                while (length <= maxBytes && (count = (long)read(descriptor, pointer + length, (size_t)(buffer.Length - length))) > 0)
                {
                    length += (int)count;
                }
            }

            content = length <= maxBytes ? buffer[..length] : null;
            return content is not null;
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static bool IsOfProc(FileFacts facts) => TryStat("/proc", followLinks: true, out var proc) && proc.Device == facts.Device;

    private static FileFacts Facts(stat* found) => new(
        (uint)found->st_mode,
        (uint)found->st_uid,
        (uint)found->st_gid,
        (long)found->st_size,
        (ulong)found->st_ino,
        (ulong)found->st_dev,
        (ulong)found->st_nlink,
        ((long)found->st_mtim.tv_sec * 1_000_000_000) + (long)found->st_mtim.tv_nsec);
}
