using System.Text.Json.Nodes;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Containers;

/// <summary>Containers as the original showed them.</summary>
internal static class LegacyContainerViews
{
    public static JsonObject Short(Container row, NetworkOptions network) => new()
    {
        ["uid"] = ContainerUid.Of(row.Id),
        ["name"] = row.Name,
        ["hostname"] = ContainerUid.HostnameOf(row.Name),
        ["ip"] = ContainerUid.IpOf(row.Id, network),
        ["memory"] = row.Memory,
        ["storage"] = row.Storage,
        ["uuid"] = row.Uuid.ToString(),
        ["distro"] = row.DistroId,
        ["distro_name"] = row.Distro?.Name,
        ["custom_distro"] = row.CustomDistroId,
        ["custom_distro_name"] = row.CustomDistro?.Name,
        ["server"] = row.Server!.Name,
        ["server_address"] = row.Server.Address,
        ["tags"] = LegacyTags.Of(row.Tags),
    };

    public static JsonObject Full(Container row, NetworkOptions network, IEnumerable<string> legionAddresses)
    {
        var view = new JsonObject
        {
            ["uid"] = ContainerUid.Of(row.Id),
            ["name"] = row.Name,
            ["hostname"] = ContainerUid.HostnameOf(row.Name),
            ["ip"] = ContainerUid.IpOf(row.Id, network),
            ["memory"] = row.Memory,
            ["storage"] = row.Storage,
            ["uuid"] = row.Uuid.ToString(),
            ["distro"] = row.DistroId,
            ["distro_name"] = row.Distro?.Name,
            ["server"] = row.Server!.Name,
            ["server_address"] = row.Server.Address,
            ["jid"] = row.Jid,
            ["jid_destinations"] = row.JidDestinations,
            ["pushover_user"] = row.PushoverUser,
            ["pushover_token"] = row.PushoverToken,
            ["pushover_sound"] = row.PushoverSound,
            ["pushbullet_token"] = row.PushbulletToken,
            ["slack_webhook"] = row.SlackWebhook,
            ["alarm_freq"] = row.AlarmFrequency,
            ["quota_threshold"] = row.QuotaThreshold,
            ["nofollow"] = row.NoFollow,
            ["note"] = row.Note,
            ["linked_to"] = LegacyTags.Of(row.Links.Select(static link => ContainerUid.Of(link.ToId)).Order()),
            ["custom_distros_storage"] = row.CustomDistrosStorage,
            ["custom_distro"] = row.CustomDistroId,
            ["secret_uuid"] = row.SecretUuid,
            ["ssh_keys"] = LegacyTags.Of(SshKeyText.Split(row.SshKeys)),
            ["tags"] = LegacyTags.Of(row.Tags),
            ["legion_address"] = LegacyTags.Of(legionAddresses),
        };
        if (row.CustomDistro is { } custom)
        {
            view["custom_distro_name"] = custom.Name;
        }

        return view;
    }
}
