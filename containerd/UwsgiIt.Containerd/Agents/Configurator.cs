using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Definitions;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Containerd.Network;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Follows the provisioning api: which containers this host has, and how they shall be. Without the api the host goes on with what it has.</summary>
internal sealed partial class Configurator(IOptions<AgentOptions> options, IOptions<PathOptions> paths, IOptions<NetworkOptions> network, WireGuardTunnel wireGuard, DefinitionWatcher watcher, FileCollector files, Settling settling, TimeProvider time, ILogger<Configurator> logger) : BackgroundService
{
    private readonly DefinitionFiles _files = new(paths.Value.StateDirectory + "/containers");
    private bool _hasToldTunnel;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        if (settings.Api is null)
        {
            return Task.CompletedTask;
        }

        return new HostFollower<HostContainers>(settings.Connect, "containerd", FetchAsync, ApplyAsync, e => Log.Away(logger, e.Message), time).RunAsync(stoppingToken);
    }

    private async Task<HostFetch<HostContainers>> FetchAsync(HostClient client, string? etag, CancellationToken cancellationToken)
    {
        // Once in our life: the other servers' daemons get it with their state.
        if (!_hasToldTunnel && network.Value.Tunnel is { } tunnel)
        {
            await client.PostTunnelAsync(new HostTunnel { PublicKey = ServerIdentity.Public(paths.Value.StateDirectory), Port = IPEndPoint.Parse(tunnel).Port, WireGuardPort = wireGuard.Port }, cancellationToken);
            _hasToldTunnel = true;
        }

        return await client.GetContainersAsync(etag, cancellationToken);
    }

    private async Task<bool> ApplyAsync(HostContainers state, CancellationToken cancellationToken)
    {
        if (_files.Apply(state) is not var (written, removed, faults))
        {
            Log.Refused(logger, state.Version);
            return false;
        }

        // Beside the definitions: what the gateway reads (Contracts/NetworkState), and what the api wants to see of this host.
        if (WholeFile.Write(paths.Value.StateDirectory + "/network.json", JsonSerializer.Serialize(Networks.Of(state), ContainerJson.Default.NetworkState)))
        {
            Log.NetworkChanged(logger, state.Version, state.Portmaps.Count);
        }

        if (options.Value.KeepalivedFile is { } keepalived && WholeFile.Write(keepalived, KeepalivedFile.Of(state, options.Value.KeepalivedInterface)))
        {
            Log.LegionsChanged(logger, state.Version, keepalived);
        }

        files.Ask(state.CollectedFiles);
        foreach (var fault in faults)
        {
            Log.Faulty(logger, fault);
        }

        if (written + removed > 0)
        {
            Log.Applied(logger, state.Version, written, removed);
            watcher.Poke();
        }

        // What this host cannot do, or has not done, must not be reported as live.
        var late = await settling.WaitAsync(Definitions.Of(state).Where(static definition => DefinitionFaults.Find(definition).Count == 0), cancellationToken);
        if (late.Count > 0)
        {
            Log.Late(logger, state.Version, string.Join(", ", late));
        }

        return faults.Count + late.Count == 0;
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.AgentApplied, LogLevel.Information, "Version {Version} of the api: {Written} definition(s) written, {Removed} removed.")]
        public static partial void Applied(ILogger logger, long version, int written, int removed);

        [LoggerMessage(ContainerdEventIds.AgentRefused, LogLevel.Warning, "Version {Version} of the api would remove most containers; nothing is changed. Confirm it with uwsgiit if it is meant.")]
        public static partial void Refused(ILogger logger, long version);

        [LoggerMessage(ContainerdEventIds.AgentFaulty, LogLevel.Warning, "The api wants what this host cannot do: {Fault}.")]
        public static partial void Faulty(ILogger logger, string fault);

        [LoggerMessage(ContainerdEventIds.AgentNetwork, LogLevel.Information, "Version {Version} of the api: other port mappings ({Count}) or links to other servers.")]
        public static partial void NetworkChanged(ILogger logger, long version, int count);

        [LoggerMessage(ContainerdEventIds.AgentLegions, LogLevel.Information, "Version {Version} of the api: other legions or floating addresses, now in {File}.")]
        public static partial void LegionsChanged(ILogger logger, long version, string file);

        [LoggerMessage(ContainerdEventIds.AgentLate, LogLevel.Warning, "Version {Version} of the api is not in force yet for {Uids}.")]
        public static partial void Late(ILogger logger, long version, string uids);

        [LoggerMessage(ContainerdEventIds.AgentAway, LogLevel.Warning, "The api is away, what was applied stays: {Problem}")]
        public static partial void Away(ILogger logger, string problem);
    }
}
