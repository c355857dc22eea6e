using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Containers;

/// <summary>A customer's isolated environment.</summary>
internal sealed class Container : TrackedRow
{
    public required string Name { get; set; }

    /// <summary>One key a line.</summary>
    public string SshKeys { get; set; } = "";

    public int? DistroId { get; set; }

    public Distro? Distro { get; set; }

    public int ServerId { get; set; }

    public Server? Server { get; set; }

    /// <summary>Memory limit, in MB.</summary>
    public int Memory { get; set; }

    /// <summary>Disk quota, in MB.</summary>
    public int Storage { get; set; }

    /// <summary>Inode quota; null is the host's default.</summary>
    public long? Inodes { get; set; }

    /// <summary>Processes and threads; null is the host's default.</summary>
    public int? Pids { get; set; }

    /// <summary>cgroup cpu.weight, 1–10000; null is the host's default.</summary>
    public int? CpuWeight { get; set; }

    /// <summary>Per cent of one core, as cpu.max; null no limit.</summary>
    public int? CpuPercent { get; set; }

    public int CustomerId { get; set; }

    public Customer? Customer { get; set; }

    public Guid Uuid { get; set; } = Guid.NewGuid();

    public string? Jid { get; set; }

    [Secret]
    public string? JidSecret { get; set; }

    public string? JidDestinations { get; set; }

    public string? PushoverUser { get; set; }

    [Secret]
    public string? PushoverToken { get; set; }

    public string? PushoverSound { get; set; }

    [Secret]
    public string? PushbulletToken { get; set; }

    [Secret]
    public string? SlackWebhook { get; set; }

    /// <summary>Where alarms are posted as JSON; modern root only.</summary>
    [Secret]
    public string? Webhook { get; set; }

    /// <summary>Where alarms are mailed; modern root only.</summary>
    public string? AlarmMail { get; set; }

    /// <summary>Per cent of the quota that raises an alarm.</summary>
    public int QuotaThreshold { get; set; } = 90;

    /// <summary>Per cent of the memory limit that raises an alarm.</summary>
    public int MemoryThreshold { get; set; } = 90;

    /// <summary>Seconds before an identical alarm is sent again; at least 60.</summary>
    public int AlarmFrequency { get; set; } = 60;

    public bool NoFollow { get; set; }

    public string? Note { get; set; }

    public bool Accounted { get; set; }

    /// <summary>Seconds since 1970; the original begins at 1.</summary>
    public long LastRebootUnix { get; set; } = 1;

    public long SshKeysUnix { get; set; } = 1;

    public int MaxAlarms { get; set; } = 100;

    /// <summary>SHA-256 of the alarm key, hex.</summary>
    [Secret(Sealed = false)]
    public string? AlarmKeyHash { get; set; }

    public bool CustomDistrosStorage { get; set; }

    public int? CustomDistroId { get; set; }

    public CustomDistro? CustomDistro { get; set; }

    public string? AdminNote { get; set; }

    public string? AdminOrder { get; set; }

    /// <summary>No default route.</summary>
    public bool Dmz { get; set; }

    /// <summary>Firewall denies what no rule allows. Modern root only.</summary>
    public bool DenyByDefault { get; set; }

    [Secret]
    public string? SecretUuid { get; set; }

    public List<Tags.Tag> Tags { get; } = [];

    public List<ContainerLink> Links { get; } = [];

    /// <summary>What a reboot of it counts to; each asks the host for one restart.</summary>
    public long Reboots { get; set; }

    public bool CanRun => DistroId is not null && SshKeys.Length > 0;
}
