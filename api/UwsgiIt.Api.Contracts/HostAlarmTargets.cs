namespace UwsgiIt.Api.Contracts;

/// <summary>Where a container's alarms go.</summary>
public sealed record HostAlarmTargets
{
    /// <summary>XMPP.</summary>
    public string? Jid { get; init; }

    /// <summary>XMPP.</summary>
    public string? JidSecret { get; init; }

    /// <summary>XMPP.</summary>
    public string? JidDestinations { get; init; }

    /// <summary>Pushover.</summary>
    public string? PushoverUser { get; init; }

    /// <summary>Pushover.</summary>
    public string? PushoverToken { get; init; }

    /// <summary>Pushover.</summary>
    public string? PushoverSound { get; init; }

    /// <summary>Pushbullet.</summary>
    public string? PushbulletToken { get; init; }

    /// <summary>Slack.</summary>
    public string? SlackWebhook { get; init; }

    /// <summary>JSON.</summary>
    public string? Webhook { get; init; }

    /// <summary>Mail.</summary>
    public string? Mail { get; init; }
}
