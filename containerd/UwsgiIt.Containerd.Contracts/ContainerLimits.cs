namespace UwsgiIt.Containerd.Contracts;

/// <summary>Bounds of a container, for the daemon that enforces them and the api that must not promise what no host takes.</summary>
public static class ContainerLimits
{
    /// <summary>First uid of a container: the provisioning api's own, on the host that has one. Customers' come after it.</summary>
    public const uint FirstUid = 30_000;

    /// <summary>Last uid: the numbers from 524288 on are nspawn's.</summary>
    public const uint LastUid = 524_287;

    /// <summary>First of the numbers in between that systemd uses (60001 to 65519), or that mean nobody.</summary>
    public const uint FirstReservedUid = 60_001;

    /// <summary>Last of them.</summary>
    public const uint LastReservedUid = 65_535;

    /// <summary>Least memory, in bytes: pid 1 and one small program.</summary>
    public const long MinMemory = 16 * 1024 * 1024;

    /// <summary>Least storage, in bytes.</summary>
    public const long MinStorage = 1024 * 1024;

    /// <summary>Fewest files and directories.</summary>
    public const long MinInodes = 100;

    /// <summary>Fewest processes and threads.</summary>
    public const int MinPids = 8;

    /// <summary>Most processes and threads; arbitrary, may grow.</summary>
    public const int MaxPids = 1_000_000;

    /// <summary>Largest share of a busy processor (the kernel's cpu.weight).</summary>
    public const int MaxCpuWeight = 10_000;

    /// <summary>Most processors; arbitrary, may grow.</summary>
    public const int MaxCpus = 1024;

    /// <summary>True when the number may be a container's: not one that systemd or the kernel gives a meaning to.</summary>
    public static bool IsUid(long uid) => uid is >= FirstUid and <= LastUid and not (>= FirstReservedUid and <= LastReservedUid);
}
