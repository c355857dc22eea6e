using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// What the gateway shall do, from the operator's file and the agent's (<see cref="NetworkState"/>): public ports, containers of other servers. A
/// faulty file changes nothing; a faulty entry costs that entry.
/// </summary>
internal sealed partial class NetworkFiles(IOptions<NetworkOptions> options, IOptions<PathOptions> paths, ILogger<NetworkFiles> logger)
{
    /// <summary>Longest file, in bytes; room for a hundred thousand containers. Arbitrary, may grow.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, (DateTime Stamp, NetworkState State)> _states = new(StringComparer.Ordinal);

    /// <summary>The state as the files say now; the operator's counts where both speak of the same.</summary>
    public NetworkState Read()
    {
        var states = new[] { options.Value.File, paths.Value.StateDirectory + "/network.json" }.Select(ReadOne).ToList();
        return new NetworkState
        {
            Portmaps = [.. states.SelectMany(static state => state.Portmaps).DistinctBy(static map => (map.Protocol, map.PublicAddress, map.Port))],
            Remotes = states.SelectMany(static state => state.Remotes).DistinctBy(static pair => pair.Key).ToDictionary(),
            Tunnels = states.SelectMany(static state => state.Tunnels).DistinctBy(static pair => pair.Key).ToDictionary(),
            WireGuards = states.SelectMany(static state => state.WireGuards).DistinctBy(static pair => pair.Key).ToDictionary(),
        };
    }

    /// <summary>The public ports that can be.</summary>
    public IReadOnlyList<Portmap> Portmaps(NetworkState state)
    {
        var maps = new List<Portmap>();
        foreach (var port in state.Portmaps)
        {
            var address = IPAddress.TryParse(port.PublicAddress, out var parsed) ? parsed : IPAddress.IPv6None;
            var map = new Portmap(port.Protocol, address, port.Port, (int)port.Uid, port.PrivatePort);
            if (!DefinitionFaults.IsUid(port.Uid) || map.Fault is not null)
            {
                Log.PortRefused(logger, port.Protocol, port.Port, map.Fault ?? $"uid {port.Uid} is not a container's");
                continue;
            }

            maps.Add(map);
        }

        return maps;
    }

    private NetworkState ReadOne(string path)
    {
        var stamp = File.GetLastWriteTimeUtc(path);
        var known = _states.GetValueOrDefault(path, (default, new NetworkState()));
        if (stamp == known.Stamp)
        {
            return known.State;
        }

        try
        {
            var state = !File.Exists(path) ? new NetworkState()
                : new FileInfo(path).Length > MaxBytes ? throw new JsonException($"longer than {MaxBytes} bytes")
                : JsonSerializer.Deserialize(File.ReadAllBytes(path), ContainerJson.Default.NetworkState);
            known.State = state is { Portmaps: not null, Remotes: not null, Tunnels: not null, WireGuards: not null } && !state.Portmaps.Any(static map => map is null || map.Protocol is null || map.PublicAddress is null) ? state : throw new JsonException("null where a value must be");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Log.Faulty(logger, path, e.Message);
        }

        _states[path] = (stamp, known.State);
        return known.State;
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NetworkFileFaulty, LogLevel.Warning, "{File} is not taken: {Fault}")]
        public static partial void Faulty(ILogger logger, string file, string fault);

        [LoggerMessage(ContainerdEventIds.NetworkPortRefused, LogLevel.Warning, "Public port {Protocol}/{Port} is not mapped: {Fault}")]
        public static partial void PortRefused(ILogger logger, string protocol, int port, string fault);
    }
}
