namespace UwsgiIt.Api.Contracts;

/// <summary>A customer's isolated environment; its id is its row number, its uid that plus 30000. What may be changed; what is null stays as it is, an empty text or 0 clears.</summary>
public sealed record ContainerPatch
{
    /// <summary>Any text.</summary>
    public string? Name { get; init; }

    /// <summary>Limit, MB; owners of the server and operators.</summary>
    public int? Memory { get; init; }

    /// <summary>Quota, MB; owners of the server and operators.</summary>
    public int? Storage { get; init; }

    /// <summary>Moves it; operators only.</summary>
    public int? Server { get; init; }

    /// <summary>Gives it away; operators only.</summary>
    public int? Customer { get; init; }

    /// <summary>Who may enter; replaces.</summary>
    public IReadOnlyList<string>? SshKeys { get; init; }

    /// <summary>Names; replaces.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>XMPP password; never given back.</summary>
    public string? JidSecret { get; init; }

    /// <summary>True restarts it.</summary>
    public bool? Reboot { get; init; }

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
}
