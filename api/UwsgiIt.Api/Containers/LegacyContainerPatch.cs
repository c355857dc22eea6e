using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Containers;

/// <summary>A legacy change of a container, as the one the rules know.</summary>
internal static class LegacyContainerPatch
{
    public static ContainerPatch Read(LegacyBody body) => new()
    {
        Name = body.Has("name") ? body.Text("name") ?? "" : null,
        Note = body.Clearing("note"),
        QuotaThreshold = body.Int("quota_threshold"),

        // The console sends null.
        AlarmFrequency = body.IsNull("alarm_freq") ? null : body.Int("alarm_freq"),
        Jid = body.Clearing("jid"),
        JidSecret = body.Clearing("jid_secret"),
        JidDestinations = body.Clearing("jid_destinations"),
        PushoverUser = body.Clearing("pushover_user"),
        PushoverToken = body.Clearing("pushover_token"),
        PushoverSound = body.Clearing("pushover_sound"),
        PushbulletToken = body.Clearing("pushbullet_token"),
        SlackWebhook = body.Clearing("slack_webhook"),
        NoFollow = body.Flag("nofollow"),
        CustomDistrosStorage = body.Flag("custom_distros_storage"),
        SshKeys = body.Strings("ssh_keys"),
        Distro = body.IsNull("distro") ? throw Fault.Invalid("distro", "is null") : body.Int("distro"),
        CustomDistro = body.IsNull("custom_distro") ? 0 : body.Int("custom_distro"),
        Memory = body.Int("memory"),
        Storage = body.Int("storage"),
        Tags = body.Strings("tags"),

        // Presence is what counts, whatever the value.
        Reboot = body.Has("reboot") ? true : null,
    };

    /// <summary>Anything that is no uid is a conflict here, not a bad request.</summary>
    public static int LinkedUid(LegacyBody body, string name)
    {
        try
        {
            return body.Int(name) ?? 0;
        }
        catch (Fault)
        {
            throw Fault.Conflict($"{name} is no uid");
        }
    }
}
