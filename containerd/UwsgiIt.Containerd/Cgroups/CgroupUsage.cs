using System.Globalization;
using UwsgiIt.Containerd.Control;

namespace UwsgiIt.Containerd.Cgroups;

/// <summary>Reads what a group uses, in the same units from both versions.</summary>
internal static class CgroupUsage
{
    private const long NanosecondsPerMicrosecond = 1000;

    public static ContainerUsage Read(ContainerCgroup cgroup) => cgroup.Directory("memory") is { Version: 2 } unified ? ReadUnified(unified) : ReadSplit(cgroup);

    /// <summary>Sums "major:minor key=value …" lines (io.stat).</summary>
    public static long SumPairs(string text, string key) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith(key + "=", StringComparison.Ordinal)).Sum(word => long.Parse(word.AsSpan(key.Length + 1), CultureInfo.InvariantCulture));

    /// <summary>Sums "major:minor Kind value" lines (blkio.throttle.io_service_bytes).</summary>
    public static long SumKinds(string text, string kind) =>
        text.Split('\n').Select(static line => line.Split(' ')).Where(fields => fields.Length == 3 && fields[1] == kind).Sum(static fields => long.Parse(fields[2], CultureInfo.InvariantCulture));

    /// <summary>Processes killed for want of memory; version 1 counts those of a group below only there.</summary>
    public static long OomKills(CgroupDirectory memory) => memory.Version == 2
        ? memory.ReadNamed("memory.events", "oom_kill") ?? 0
        : Directory.EnumerateDirectories(memory.Path).Append(memory.Path).Sum(static path => new CgroupDirectory(path, 1).ReadNamed("memory.oom_control", "oom_kill") ?? 0);

    private static ContainerUsage ReadUnified(CgroupDirectory group)
    {
        var io = group.Has("io.stat") ? group.Read("io.stat") : "";
        return new ContainerUsage
        {
            Memory = group.ReadNumber("memory.current"),
            MemoryLimit = group.ReadNumber("memory.max"),
            MemoryPeak = group.Has("memory.peak") ? group.ReadNumber("memory.peak") : 0,
            Rss = group.ReadNamed("memory.stat", "anon") ?? 0,
            Cache = group.ReadNamed("memory.stat", "file") ?? 0,
            OomKills = OomKills(group),
            CpuNanoseconds = (group.ReadNamed("cpu.stat", "usage_usec") ?? 0) * NanosecondsPerMicrosecond,
            IoReadBytes = SumPairs(io, "rbytes"),
            IoWriteBytes = SumPairs(io, "wbytes"),
            Pids = group.ReadNumber("pids.current"),
            PidsLimit = group.ReadNumber("pids.max"),
        };
    }

    private static ContainerUsage ReadSplit(ContainerCgroup cgroup)
    {
        var memory = cgroup.Directory("memory")!;
        var pids = cgroup.Directory("pids")!;
        var io = cgroup.Directory("blkio") is { } blkio && blkio.Has("blkio.throttle.io_service_bytes") ? blkio.Read("blkio.throttle.io_service_bytes") : "";
        return new ContainerUsage
        {
            Memory = memory.ReadNumber("memory.usage_in_bytes"),
            MemoryLimit = memory.ReadNumber("memory.limit_in_bytes"),
            MemoryPeak = memory.ReadNumber("memory.max_usage_in_bytes"),
            Rss = memory.ReadNamed("memory.stat", "total_rss") ?? 0,
            Cache = memory.ReadNamed("memory.stat", "total_cache") ?? 0,
            OomKills = OomKills(memory),
            CpuNanoseconds = cgroup.Directory("cpuacct")?.ReadNumber("cpuacct.usage") ?? 0,
            IoReadBytes = SumKinds(io, "Read"),
            IoWriteBytes = SumKinds(io, "Write"),
            Pids = pids.ReadNumber("pids.current"),
            PidsLimit = pids.ReadNumber("pids.max"),
        };
    }
}
