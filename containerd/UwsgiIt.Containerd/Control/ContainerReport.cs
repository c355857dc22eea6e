using System.Text.Json.Serialization;

namespace UwsgiIt.Containerd.Control;

/// <summary>What the daemon tells about a container; bytes, nanoseconds, seconds since 1970.</summary>
internal sealed record ContainerReport
{
    public required uint Uid { get; init; }

    public required string Name { get; init; }

    public required string Phase { get; init; }

    public string? Fault { get; init; }

    public required bool Held { get; init; }

    public int? ProcessId { get; init; }

    public bool Adopted { get; init; }

    public int Starts { get; init; }

    public long? Started { get; init; }

    public long? Uptime { get; init; }

    public string? Distro { get; init; }

    /// <summary>Which number of the host's is root inside, or why it has no user namespace.</summary>
    public string? UserNamespace { get; init; }

    public ContainerUsage? Usage { get; init; }

    /// <summary>Vassals by name: starting, ready, accepting, loyal, waiting, cursed or idle.</summary>
    public required IReadOnlyDictionary<string, string> Vassals { get; init; }
}

/// <summary>What a container uses now.</summary>
internal sealed record ContainerUsage
{
    public long Memory { get; init; }

    public long MemoryLimit { get; init; }

    public long MemoryPeak { get; init; }

    public long Rss { get; init; }

    public long Cache { get; init; }

    public long OomKills { get; init; }

    public long CpuNanoseconds { get; init; }

    public long IoReadBytes { get; init; }

    public long IoWriteBytes { get; init; }

    /// <summary>Over its network device; null where containers have no network.</summary>
    public long? NetworkReceivedBytes { get; init; }

    public long? NetworkSentBytes { get; init; }

    public long Pids { get; init; }

    public long PidsLimit { get; init; }

    public long? Disk { get; init; }

    public long? DiskLimit { get; init; }

    public long? Inodes { get; init; }

    public long? InodesLimit { get; init; }
}

/// <summary>What this host can and cannot do for containers.</summary>
internal sealed record HostFeatures(int CgroupVersion, IReadOnlyList<string> Controllers, IReadOnlyList<string> MissingControllers, string Quota, string QuotaReport, string UserNamespaces, int Landlock, string AppArmor, IReadOnlyList<string> WeakSettings, string Kernel);

/// <summary>The whole of the stats.</summary>
internal sealed record HostReport(string Version, int Pid, HostFeatures Features, IReadOnlyList<ContainerReport> Containers, IReadOnlyDictionary<string, string> Faults);

/// <summary>JSON of the reports.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostReport))]
[JsonSerializable(typeof(ContainerReport))]
[JsonSerializable(typeof(IReadOnlyList<ContainerReport>))]
[JsonSerializable(typeof(Containers.ContainerEvent))]
[JsonSerializable(typeof(IReadOnlyList<Containers.ContainerEvent>))]
internal sealed partial class ReportJson : JsonSerializerContext;
