namespace UwsgiIt.Api.Contracts;

/// <summary>A customer's isolated environment; its id is its row number, its uid that plus 30000. What the api answers.</summary>
public sealed record ContainerView
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>Grows with every change; the ETag.</summary>
    public required long Revision { get; init; }

    /// <summary>Number of its unix user.</summary>
    public required int Uid { get; init; }

    /// <summary>Any text.</summary>
    public required string Name { get; init; }

    /// <summary>Name within.</summary>
    public required string Hostname { get; init; }

    /// <summary>Address within.</summary>
    public required string Ip { get; init; }

    /// <summary>Id of its server.</summary>
    public required int Server { get; init; }

    /// <summary>Id of its owner.</summary>
    public required int Customer { get; init; }

    /// <summary>Unique.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Limit, MB.</summary>
    public required int Memory { get; init; }

    /// <summary>Quota, MB.</summary>
    public required int Storage { get; init; }

    /// <summary>Who may enter.</summary>
    public required IReadOnlyList<string> SshKeys { get; init; }

    /// <summary>Names.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Uids it consents to talk to.</summary>
    public required IReadOnlyList<int> Links { get; init; }

    /// <summary>It has a distro and keys.</summary>
    public required bool CanRun { get; init; }

    /// <summary>Seconds since 1970; 1 never.</summary>
    public required long LastReboot { get; init; }

    /// <summary>XMPP account.</summary>
    public string? Jid { get; init; }

    /// <summary>XMPP recipients, separated by commas.</summary>
    public string? JidDestinations { get; init; }

    /// <summary>Pushover user.</summary>
    public string? PushoverUser { get; init; }

    /// <summary>Pushover token.</summary>
    public string? PushoverToken { get; init; }

    /// <summary>Pushover sound.</summary>
    public string? PushoverSound { get; init; }

    /// <summary>Pushbullet token.</summary>
    public string? PushbulletToken { get; init; }

    /// <summary>Slack webhook.</summary>
    public string? SlackWebhook { get; init; }

    /// <summary>URL alarms are posted to.</summary>
    public string? Webhook { get; init; }

    /// <summary>Address alarms are mailed to.</summary>
    public string? AlarmMail { get; init; }

    /// <summary>Seconds before an identical alarm is sent again, at least 60.</summary>
    public int? AlarmFrequency { get; init; }

    /// <summary>Per cent of the quota that raises an alarm, 0-100.</summary>
    public int? QuotaThreshold { get; init; }

    /// <summary>Per cent of the memory limit that raises an alarm, 0-100.</summary>
    public int? MemoryThreshold { get; init; }

    /// <summary>Emperor does not follow symbolic links.</summary>
    public bool? NoFollow { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }

    /// <summary>May store custom distros.</summary>
    public bool? CustomDistrosStorage { get; init; }

    /// <summary>Id of its distro.</summary>
    public int? Distro { get; init; }

    /// <summary>Id of a custom distro.</summary>
    public int? CustomDistro { get; init; }

    /// <summary>Inode quota.</summary>
    public long? Inodes { get; init; }

    /// <summary>Processes and threads.</summary>
    public int? Pids { get; init; }

    /// <summary>1-10000.</summary>
    public int? CpuWeight { get; init; }

    /// <summary>Per cent of one core.</summary>
    public int? CpuPercent { get; init; }

    /// <summary>The firewall denies what no rule allows.</summary>
    public bool? DenyByDefault { get; init; }

    /// <summary>No default route; operators only.</summary>
    public bool? Dmz { get; init; }

    /// <summary>Operators only.</summary>
    public bool? Accounted { get; init; }

    /// <summary>Alarms kept; operators only.</summary>
    public int? MaxAlarms { get; init; }

    /// <summary>Operators only.</summary>
    public string? AdminNote { get; init; }

    /// <summary>Operators only.</summary>
    public string? AdminOrder { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Modified { get; init; }
}
