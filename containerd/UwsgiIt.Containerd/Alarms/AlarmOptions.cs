using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>Alarms of containers.</summary>
internal sealed class AlarmOptions : IValidatedOptions
{
    public static string SectionName => "Alarm";

    /// <summary>Time between rounds, in which usage is compared with thresholds where the kernel tells nothing by itself. Default 5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Containers looked at in rounds, a second; with more than that times <see cref="Interval"/> each has its turn less often. Default 20.</summary>
    public int LooksPerSecond { get; set; } = 20;

    /// <summary>Alarms kept in the spool until the agent has taken them; the oldest go first. Default 1000.</summary>
    public int SpoolFiles { get; set; } = 1000;

    /// <summary>Starts within <see cref="CrashLoopTime"/> that make a crash loop. Default 5.</summary>
    public int CrashLoopStarts { get; set; } = 5;

    /// <summary>See <see cref="CrashLoopStarts"/>. Default 5 minutes.</summary>
    public TimeSpan CrashLoopTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where Pushover is. Default its own address.</summary>
    public string PushoverAddress { get; set; } = "https://api.pushover.net/1/messages.json";

    /// <summary>Where Pushbullet is. Default its own address.</summary>
    public string PushbulletAddress { get; set; } = "https://api.pushbullet.com/v2/pushes";

    /// <summary>Customers' webhooks may be addresses of this host and its networks. Default false: the host would call them with its own rights to connect.</summary>
    public bool AllowPrivateTargets { get; set; }

    /// <summary>Mail server as host:port that takes alarms for the customers' mail addresses; TLS when it offers it. Default null: none are mailed.</summary>
    public string? MailServer { get; set; }

    /// <summary>Sender of these. Default root@localhost.</summary>
    public string MailFrom { get; set; } = "root@localhost";

    /// <summary>Login at the mail server; null for none. Default null.</summary>
    public string? MailUser { get; set; }

    /// <summary>File with its password, one line. Default null.</summary>
    public string? MailPasswordFile { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        if (MailServer is not null && !(MailServer.LastIndexOf(':') is > 0 and var colon && ushort.TryParse(MailServer.AsSpan(colon + 1), out _)))
        {
            yield return new OptionFault("Alarm:MailServer", MailServer, "is not host:port", "Write for example localhost:25");
        }

        if (!System.Net.Mail.MailAddress.TryCreate(MailFrom, out _))
        {
            yield return new OptionFault("Alarm:MailFrom", MailFrom, "is no mail address", "Write for example alarms@example.com");
        }

        if ((MailUser is null) != (MailPasswordFile is null))
        {
            yield return new OptionFault("Alarm:MailUser", MailUser, "goes with Alarm:MailPasswordFile", "Write both or none");
        }

        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
        {
            yield return new OptionFault("Alarm:Interval", $"{Interval}", "is not 0.1 s to 1 hour", "Write for example 00:00:05");
        }

        if (LooksPerSecond is < 1 or > 100_000)
        {
            yield return new OptionFault("Alarm:LooksPerSecond", $"{LooksPerSecond}", "is not 1 to 100000", "Write for example 20");
        }

        foreach (var (name, address) in new[] { (nameof(PushoverAddress), PushoverAddress), (nameof(PushbulletAddress), PushbulletAddress) })
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            {
                yield return new OptionFault($"Alarm:{name}", address, "is no http or https address", "Leave it out");
            }
        }

        if (SpoolFiles is < 1 or > 100_000)
        {
            yield return new OptionFault("Alarm:SpoolFiles", $"{SpoolFiles}", "is not 1 to 100000", "Write for example 1000");
        }
    }
}
