using System.Net.Mail;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Api.Containers;

/// <summary>The plain fields of a container. What it returns is whether the original would reboot for it.</summary>
internal static class ContainerTexts
{
    private const int MinAlarmFrequency = 60;

    public static bool Apply(Container row, ContainerPatch patch)
    {
        var reboots = false;
        if (patch.Name is not null)
        {
            reboots |= Set(TextRules.Name("name", patch.Name), row.Name, value => row.Name = value);
        }

        if (patch.Note is not null)
        {
            row.Note = TextRules.OrNull(TextRules.Lines("note", patch.Note));
        }

        reboots |= Text("jid", patch.Jid, row.Jid, value => row.Jid = value);
        reboots |= Text("jid_secret", patch.JidSecret, row.JidSecret, value => row.JidSecret = value);
        reboots |= Text("jid_destinations", patch.JidDestinations, row.JidDestinations, value => row.JidDestinations = value);
        reboots |= Text("pushover_user", patch.PushoverUser, row.PushoverUser, value => row.PushoverUser = value);
        reboots |= Text("pushover_token", patch.PushoverToken, row.PushoverToken, value => row.PushoverToken = value);
        reboots |= Text("pushover_sound", patch.PushoverSound, row.PushoverSound, value => row.PushoverSound = value);
        reboots |= Text("pushbullet_token", patch.PushbulletToken, row.PushbulletToken, value => row.PushbulletToken = value);
        reboots |= Text("slack_webhook", patch.SlackWebhook, row.SlackWebhook, value => row.SlackWebhook = value);
        Text("webhook", Url("webhook", patch.Webhook), row.Webhook, value => row.Webhook = value);
        Text("alarm_mail", Mail(patch.AlarmMail), row.AlarmMail, value => row.AlarmMail = value);
        reboots |= Number("quota_threshold", patch.QuotaThreshold, 0, 100, row.QuotaThreshold, value => row.QuotaThreshold = value);
        reboots |= Number("alarm_freq", patch.AlarmFrequency is { } seconds ? Math.Max(seconds, MinAlarmFrequency) : null, MinAlarmFrequency, int.MaxValue, row.AlarmFrequency, value => row.AlarmFrequency = value);
        Number("memory_threshold", patch.MemoryThreshold, 0, 100, row.MemoryThreshold, value => row.MemoryThreshold = value);
        Number("max_alarms", patch.MaxAlarms, 1, 1_000_000, row.MaxAlarms, value => row.MaxAlarms = value);
        reboots |= Flag(patch.NoFollow, row.NoFollow, value => row.NoFollow = value);
        reboots |= Flag(patch.CustomDistrosStorage, row.CustomDistrosStorage, value => row.CustomDistrosStorage = value);
        reboots |= Flag(patch.Dmz, row.Dmz, value => row.Dmz = value);
        Flag(patch.DenyByDefault, row.DenyByDefault, value => row.DenyByDefault = value);
        Flag(patch.Accounted, row.Accounted, value => row.Accounted = value);
        ApplyLimits(row, patch);
        row.AdminNote = patch.AdminNote is null ? row.AdminNote : TextRules.OrNull(TextRules.Lines("admin_note", patch.AdminNote));
        row.AdminOrder = patch.AdminOrder is null ? row.AdminOrder : TextRules.OrNull(TextRules.Line("admin_order", patch.AdminOrder));
        return reboots;
    }

    // 0 goes back to the host's default.
    private static void ApplyLimits(Container row, ContainerPatch patch)
    {
        if (patch.Inodes is { } inodes)
        {
            row.Inodes = inodes == 0 ? null : inodes is >= ContainerLimits.MinInodes and <= 1_000_000_000_000 ? inodes : throw Fault.Invalid("inodes", $"is not between {ContainerLimits.MinInodes} and 10^12, nor 0");
        }

        row.Pids = Limit("pids", patch.Pids, ContainerLimits.MinPids, ContainerLimits.MaxPids, row.Pids);
        row.CpuWeight = Limit("cpu_weight", patch.CpuWeight, 1, ContainerLimits.MaxCpuWeight, row.CpuWeight);
        row.CpuPercent = Limit("cpu_percent", patch.CpuPercent, 1, ContainerLimits.MaxCpus * 100, row.CpuPercent);
    }

    private static int? Limit(string field, int? wanted, int min, int max, int? current) => wanted switch { null => current, 0 => null, { } value => TextRules.InRange(field, value, min, max) };

    private static bool Text(string field, string? wanted, string? current, Action<string?> set) => wanted is not null && Set(TextRules.OrNull(TextRules.Line(field, wanted)), current, set);

    private static bool Number(string field, int? wanted, int min, int max, int current, Action<int> set) => wanted is { } value && Set(TextRules.InRange(field, value, min, max), current, set);

    private static bool Flag(bool? wanted, bool current, Action<bool> set) => wanted is { } value && Set(value, current, set);

    private static bool Set<T>(T wanted, T current, Action<T> set)
    {
        if (EqualityComparer<T>.Default.Equals(wanted, current))
        {
            return false;
        }

        set(wanted);
        return true;
    }

    private static string? Url(string field, string? text) => string.IsNullOrEmpty(text) || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http") ? text : throw Fault.Invalid(field, "is no http or https address");

    private static string? Mail(string? text) => string.IsNullOrEmpty(text) || MailAddress.TryCreate(text, out _) ? text : throw Fault.Invalid("alarm_mail", "is no mail address");
}
