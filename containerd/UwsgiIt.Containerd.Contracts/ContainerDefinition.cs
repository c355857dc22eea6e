namespace UwsgiIt.Containerd.Contracts;

/// <summary>
/// A container as it shall be: one JSON file, named <c>UID.json</c>. Members are written in snake_case; unknown ones are faults. The schema is
/// <c>deploy/config/container.schema.json</c>.
/// </summary>
/// <remarks>Members with a default have a setter: the generated JSON reader would set those of <c>init</c> to null where the text leaves them out.</remarks>
public sealed record ContainerDefinition
{
    /// <summary>Its number, uid and gid. From 30000 (the api's own) up, outside the ranges that systemd uses (see <see cref="DefinitionFaults"/>).</summary>
    public required uint Uid { get; init; }

    /// <summary>Its name, at most 255 characters; the host name is made of it.</summary>
    public required string Name { get; init; }

    /// <summary>Directory below the distros' root; null only with <see cref="CustomDistro"/>.</summary>
    public string? Distro { get; set; }

    /// <summary>A distro of the customer's own: container that stores it, and its directory there.</summary>
    public CustomDistro? CustomDistro { get; set; }

    /// <summary>This container stores distros for others of its customer, in <c>~/distros</c>.</summary>
    public bool CustomDistrosStorage { get; set; }

    /// <summary>Memory limit in bytes, without swap. At least 16 MiB.</summary>
    public required long Memory { get; init; }

    /// <summary>Disk limit in bytes. At least 1 MiB.</summary>
    public required long Storage { get; init; }

    /// <summary>Files and directories it may own. Default: one per 16 KiB of storage, at least 10,000.</summary>
    public long? Inodes { get; set; }

    /// <summary>Processes and threads. Default 1024.</summary>
    public int Pids { get; set; } = 1024;

    /// <summary>Share of a busy processor against its neighbours, 1 to 10,000. Default 100.</summary>
    public int CpuWeight { get; set; } = 100;

    /// <summary>Most processor time, in processors (0.5 is half of one). Null for no bound.</summary>
    public double? CpuMax { get; set; }

    /// <summary>Most bytes a second read from and written to disks, each way. Null for no bound.</summary>
    public long? IoMax { get; set; }

    /// <summary>Per cent of memory at which an alarm is raised. Default 90; 0 for none.</summary>
    public int MemoryAlarm { get; set; } = 90;

    /// <summary>Per cent of storage or inodes at which an alarm is raised. Default 90; 0 for none.</summary>
    public int QuotaThreshold { get; set; } = 90;

    /// <summary>Seconds in which the same alarm is raised once. Default and least 60.</summary>
    public int AlarmFreq { get; set; } = 60;

    /// <summary>The customer's number, for the links' ownership and the logs. Null on a host without an api.</summary>
    public long? Customer { get; set; }

    /// <summary>The customer's private RSA key, PEM: vassals sign with it. Null: programs announce unsigned or not at all.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>Its public half, PEM.</summary>
    public string? PublicKey { get; set; }

    /// <summary>Lines as in authorized_keys, options not allowed. Nobody enters by ssh without one.</summary>
    public IReadOnlyList<string> SshKeys { get; set; } = [];

    /// <summary>Uids of containers it may talk to, when these list it too.</summary>
    public IReadOnlyList<uint> Links { get; set; } = [];

    /// <summary>Firewall rules in the tuntap router's language, after the links' and before the last.</summary>
    public IReadOnlyList<string> Rules { get; set; } = [];

    /// <summary>No route but to its links.</summary>
    public bool Dmz { get; set; }

    /// <summary>The firewall denies what no rule allows. Default false: packets to and from outside pass.</summary>
    public bool DenyByDefault { get; set; }

    /// <summary>It sends and receives fragments. Default false: they are dropped.</summary>
    public bool AllowFragments { get; set; }

    /// <summary>Bytes a second it may send. Default 0: no bound.</summary>
    public long BandwidthOut { get; set; }

    /// <summary>Bytes a second it may receive. Default 0: no bound.</summary>
    public long BandwidthIn { get; set; }

    /// <summary>Connections it may open a second. Default 0: no bound.</summary>
    public int NewFlows { get; set; }

    /// <summary>The Emperor looks at vassal files' links themselves, not at what they point to.</summary>
    public bool Nofollow { get; set; }

    /// <summary>Images mounted inside.</summary>
    public IReadOnlyList<Loopbox> Loopboxes { get; set; } = [];

    /// <summary>Where alarms go besides the log and open terminals.</summary>
    public AlarmTargets? Alarms { get; set; }

    /// <summary>False keeps it stopped. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Changing this number restarts the container.</summary>
    public long Reboot { get; set; }

    /// <summary>Inodes it may own, the default worked out.</summary>
    public long InodeLimit() => Inodes ?? Math.Max(10_000, Storage / 16_384);
}
