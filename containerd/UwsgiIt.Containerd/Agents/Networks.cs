using System.Net;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>From what the api says to what this host's gateway reads.</summary>
internal static class Networks
{
    public static NetworkState Of(HostContainers state) => new()
    {
        Portmaps = [.. state.Portmaps.Select(static map => new PublicPort { Protocol = map.Proto, PublicAddress = map.PublicIp, Port = map.PublicPort, Uid = (uint)map.Uid, PrivatePort = map.PrivatePort })],
        Tunnels = state.Remotes.Where(static remote => remote.PublicKey is not null).DistinctBy(Router).ToDictionary(Router, static remote => remote.PublicKey!),
        WireGuards = state.Remotes.Where(static remote => remote.WireGuardPort is not null).DistinctBy(Router).ToDictionary(Router, static remote => Address(remote, remote.WireGuardPort!.Value)),
        Remotes = state.Remotes.ToDictionary(static remote => (uint)remote.Uid, Router),
    };

    private static string Router(HostRemote remote) => Address(remote, remote.Port);

    private static string Address(HostRemote remote, int port) => IPAddress.TryParse(remote.Address, out var address) && port is > 0 and <= IPEndPoint.MaxPort ? new IPEndPoint(address, port).ToString() : "";
}
