using System.Globalization;

namespace UwsgiIt.Containerd.Launch;

/// <summary>
/// Which number of the host's stands behind which of a container's: its own uid behind itself, 65,536 that are nobody else's behind 0 to 65535
/// (user_namespaces(7)). What is not in it is nobody inside, and cannot be become.
/// </summary>
internal static class IdMap
{
    /// <summary>Numbers a container has beside its own.</summary>
    public const uint Size = 65_536;

    /// <summary>Uid and gid of pid 1 inside; no distro and no container has it.</summary>
    public const uint InitUid = 65_533;

    /// <summary>First of all ranges: above those of systemd and nspawn, and above the uids of pid 1s without user namespaces.</summary>
    public const uint FirstBase = 0x7100_0000;

    /// <summary>Ranges below the numbers that programs take for negative: 3,840.</summary>
    public const int Ranges = (int)((0x8000_0000 - FirstBase) / Size);

    /// <summary>Text of uid_map and gid_map.</summary>
    public static string Text(uint uid, uint idBase)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{uid} {uid} 1\n");
        return uid >= Size
            ? string.Create(CultureInfo.InvariantCulture, $"0 {idBase} {Size}\n{own}")
            : string.Create(CultureInfo.InvariantCulture, $"0 {idBase} {uid}\n{own}{uid + 1} {idBase + uid + 1} {Size - uid - 1}\n");
    }
}
