namespace UwsgiIt.Api.Contracts;

/// <summary>A container as its host sees it.</summary>
public sealed record HostContainer
{
    /// <summary>Number of its unix user.</summary>
    public required int Uid { get; init; }

    /// <summary>Any text.</summary>
    public required string Name { get; init; }

    /// <summary>Name within.</summary>
    public required string Hostname { get; init; }

    /// <summary>Address within.</summary>
    public required string Ip { get; init; }

    /// <summary>Id of its owner.</summary>
    public required int Customer { get; init; }

    /// <summary>PEM; signs announcements.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>Folder below the host's distros.</summary>
    public required string Distro { get; init; }

    /// <summary>Folder in the store's distros.</summary>
    public string? CustomDistro { get; init; }

    /// <summary>Uid of the store.</summary>
    public int? CustomDistroStore { get; init; }

    /// <summary>Limit.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Quota.</summary>
    public required long QuotaBytes { get; init; }

    /// <summary>Quota.</summary>
    public long? Inodes { get; init; }

    /// <summary>Limit.</summary>
    public int? Pids { get; init; }

    /// <summary>Share.</summary>
    public int? CpuWeight { get; init; }

    /// <summary>Of one core.</summary>
    public int? CpuPercent { get; init; }

    /// <summary>Who may enter.</summary>
    public required IReadOnlyList<string> SshKeys { get; init; }

    /// <summary>Emperor does not follow symbolic links.</summary>
    public required bool NoFollow { get; init; }

    /// <summary>No default route.</summary>
    public required bool Dmz { get; init; }

    /// <summary>The firewall denies what no rule allows.</summary>
    public required bool DenyByDefault { get; init; }

    /// <summary>Per cent.</summary>
    public required int QuotaThreshold { get; init; }

    /// <summary>Per cent.</summary>
    public required int MemoryThreshold { get; init; }

    /// <summary>Seconds.</summary>
    public required int AlarmFrequency { get; init; }

    /// <summary>Where alarms go.</summary>
    public required HostAlarmTargets Alarms { get; init; }

    /// <summary>Uids of the containers it consents to talk to, on this server or another.</summary>
    public required IReadOnlyList<int> Links { get; init; }

    /// <summary>Operators' rules in order, after those of links to other servers.</summary>
    public required IReadOnlyList<HostRule> Rules { get; init; }

    /// <summary>Restart when it has grown.</summary>
    public required long Reboots { get; init; }

    /// <summary>May store custom distros.</summary>
    public required bool CustomDistrosStorage { get; init; }
}
