using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Contracts;
using Loopbox = UwsgiIt.Containerd.Contracts.Loopbox;

namespace UwsgiIt.Containerd.Agents;

/// <summary>From what the api says to what this host's daemon reads.</summary>
internal static class Definitions
{
    public static IEnumerable<ContainerDefinition> Of(HostContainers state)
    {
        var loopboxes = state.Loopboxes.ToLookup(static loopbox => loopbox.Uid);
        return state.Containers.Select(container => Of(container, loopboxes[container.Uid])).Concat(state.Services.Select(static service => ServiceDefinitions.Of(service).Definition).OfType<ContainerDefinition>());
    }

    /// <summary>What of the state is no definition at all.</summary>
    public static IEnumerable<string> FaultsOf(HostContainers state) => state.Services.Select(static service => ServiceDefinitions.Of(service).Fault).OfType<string>();

    private static ContainerDefinition Of(HostContainer container, IEnumerable<HostLoopbox> loopboxes)
    {
        var custom = container is { CustomDistro: { } path, CustomDistroStore: { } store, CustomDistrosStorage: false } ? new CustomDistro { Store = (uint)store, Path = path } : null;
        var definition = new ContainerDefinition
        {
            Uid = (uint)container.Uid,
            Name = container.Name,
            Distro = custom is null ? container.Distro : null,
            CustomDistro = custom,
            CustomDistrosStorage = container.CustomDistrosStorage,
            Memory = container.MemoryBytes,
            Storage = container.QuotaBytes,
            Inodes = container.Inodes,
            CpuMax = container.CpuPercent / 100.0,
            MemoryAlarm = container.MemoryThreshold,
            QuotaThreshold = container.QuotaThreshold,
            AlarmFreq = container.AlarmFrequency,
            Customer = container.Customer,
            PrivateKey = container.PrivateKey,
            Links = [.. container.Links.Select(static uid => (uint)uid)],
            Rules = [.. container.Rules.Select(static rule => $"{rule.Direction} {rule.Source} {rule.Destination} {rule.Action}{(rule.Target is null ? "" : " " + rule.Target)}")],
            Dmz = container.Dmz,
            DenyByDefault = container.DenyByDefault,
            Nofollow = container.NoFollow,
            Loopboxes = [.. loopboxes.Select(static loopbox => new Loopbox { Id = loopbox.Id, Filename = loopbox.Filename, Mountpoint = loopbox.Mountpoint, Ro = loopbox.Ro })],
            Alarms = Targets(container.Alarms),
            Reboot = container.Reboots,
        };
        definition.Pids = container.Pids ?? definition.Pids;
        definition.CpuWeight = container.CpuWeight ?? definition.CpuWeight;

        // A key or a target this host would refuse costs its owner that, not the container.
        definition.SshKeys = [.. container.SshKeys.Where(key => DefinitionFaults.Find(definition with { SshKeys = [key] }).Count == DefinitionFaults.Find(definition).Count)];
        return definition;
    }

    private static AlarmTargets? Targets(HostAlarmTargets wanted)
    {
        var targets = new AlarmTargets { Webhook = Url(wanted.Webhook), SlackWebhook = Url(wanted.SlackWebhook), PushoverUser = wanted.PushoverUser, PushoverToken = wanted.PushoverToken, PushoverSound = wanted.PushoverSound, PushbulletToken = wanted.PushbulletToken, Mail = wanted.Mail };
        return targets.Faults().Any() || targets == new AlarmTargets() ? null : targets;
    }

    private static string? Url(string? text) => new AlarmTargets { Webhook = text }.Faults().Any() ? null : text;
}
