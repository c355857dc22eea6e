using System.Globalization;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>From what the api says to what this host's gateway reads.</summary>
internal static class Networks
{
    public static NetworkState Of(HostContainers state) => new()
    {
        Portmaps = [.. state.Portmaps.Select(static map => new PublicPort { Protocol = map.Proto, PublicAddress = map.PublicIp, Port = map.PublicPort, Uid = (uint)map.Uid, PrivatePort = map.PrivatePort })],
        Remotes = state.Remotes.ToDictionary(static remote => (uint)remote.Uid, static remote => string.Create(CultureInfo.InvariantCulture, $"{remote.Address}:{remote.Port}")),
    };
}
