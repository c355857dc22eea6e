namespace UwsgiIt.Containerd.Contracts;

/// <summary>Where a container's alarms go besides its log and the api; sent from the host, not from the container's network. Null for not there.</summary>
public sealed record AlarmTargets
{
    /// <summary>URL that gets a POST of JSON: container, unix, msg.</summary>
    public string? Webhook { get; set; }

    /// <summary>Slack's incoming webhook, a URL.</summary>
    public string? SlackWebhook { get; set; }

    /// <summary>Pushover; works with <see cref="PushoverToken"/> only.</summary>
    public string? PushoverUser { get; set; }

    /// <summary>Pushover.</summary>
    public string? PushoverToken { get; set; }

    /// <summary>Pushover; null for its own choice.</summary>
    public string? PushoverSound { get; set; }

    /// <summary>Pushbullet.</summary>
    public string? PushbulletToken { get; set; }

    /// <summary>Address that is mailed; works on hosts that have a mail server to give it to.</summary>
    public string? Mail { get; set; }

    /// <summary>Faults, each with the member; values are secrets and are not told.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, text) in new[] { ("pushover_user", PushoverUser), ("pushover_token", PushoverToken), ("pushover_sound", PushoverSound), ("pushbullet_token", PushbulletToken) })
        {
            if (text is not null && (text.Length is 0 or > 255 || !text.All(static letter => letter is > ' ' and < (char)127)))
            {
                yield return $"alarms: {name} is not 1 to 255 printable characters without spaces";
            }
        }

        if (Mail is not null && !(Mail.Length <= 254 && Mail.All(static letter => letter is > ' ' and < (char)127 and not ('<' or '>' or ',' or ';')) && System.Net.Mail.MailAddress.TryCreate(Mail, out _)))
        {
            yield return "alarms: mail is no mail address of at most 254 ASCII characters";
        }

        foreach (var (name, text) in new[] { ("webhook", Webhook), ("slack_webhook", SlackWebhook) })
        {
            if (text is not null && !(text.Length <= 2048 && text.All(static letter => letter is > ' ' and not (char)127) && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"))
            {
                yield return $"alarms: {name} is no http or https address of at most 2048 characters without spaces";
            }
        }
    }
}
