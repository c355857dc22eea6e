using System.Globalization;
using System.Runtime.InteropServices;

namespace UwsgiIt.Linux.Processes;

/// <summary>What of our memory need not be ours.</summary>
public static partial class OwnMemory
{
    private const int MADV_DONTNEED = 4;

    /// <summary>
    /// Unmaps the pages of all code. They stay in the page cache, shared by every process of the same file, and those that are needed again come
    /// back one fault at a time: a process that rests keeps what its rest needs, not what its start did. Code is never written to, so nothing is lost.
    /// </summary>
    public static void DropCode()
    {
        foreach (var (start, length) in CodeOf(File.ReadAllText("/proc/self/maps")))
        {
            _ = madvise((nint)start, (nint)length, MADV_DONTNEED);
        }
    }

    /// <summary>The executable, unwritable, file-backed ranges of a text as of proc_pid_maps(5).</summary>
    public static IEnumerable<(ulong Start, ulong Length)> CodeOf(string maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        foreach (var line in maps.Split('\n'))
        {
            // START-END PERMISSIONS OFFSET DEVICE INODE PATH
            var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 6 && fields[1] == "r-xp" && fields[4] != "0" && fields[0].Split('-') is [var from, var to]
                && ulong.TryParse(from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start)
                && ulong.TryParse(to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var end) && end > start)
            {
                yield return (start, end - start);
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(nint start, nint length, int advice);
}
