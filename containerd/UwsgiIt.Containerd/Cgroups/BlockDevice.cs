using System.Globalization;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>The disk below a file system.</summary>
internal static class BlockDevice
{
    /// <summary>"major:minor" of the whole disk that has a path; null when it is on none.</summary>
    public static string? Of(string path)
    {
        using var directory = SafeDirectory.OpenTrusted(path);
        var device = SafePath.Stat(directory.Handle).Device;
        var major = ((device >> 8) & 0xFFF) | ((device >> 32) & ~0xFFFul);
        var minor = (device & 0xFF) | ((device >> 12) & ~0xFFul);
        var entry = string.Create(CultureInfo.InvariantCulture, $"/sys/dev/block/{major}:{minor}");
        if (!Directory.Exists(entry))
        {
            return null;
        }

        // Throttling knows whole disks; a partition's directory lies within its disk's.
        var whole = File.Exists(entry + "/partition") ? entry + "/../dev" : entry + "/dev";
        return File.ReadAllText(whole).Trim();
    }
}
