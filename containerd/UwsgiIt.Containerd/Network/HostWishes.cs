using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Containerd.Network;

/// <summary>What holds for the host: what every container's packets meet, and how they meet the outside.</summary>
/// <param name="Policy">For the firewall.</param>
/// <param name="Gateway">For the kernel around the gateway.</param>
/// <param name="Tunnels">Public keys of other servers' routers, by address and port.</param>
internal sealed record HostWishes(HostPolicy Policy, GatewaySettings Gateway, IReadOnlyDictionary<string, string> Tunnels)
{
    /// <summary>True when the data plane need not be told again.</summary>
    public bool IsSame(HostWishes? other) =>
        other is not null
        && Policy.Remotes.Count == other.Policy.Remotes.Count && !Policy.Remotes.Except(other.Policy.Remotes).Any()
        && Tunnels.Count == other.Tunnels.Count && !Tunnels.Except(other.Tunnels).Any()
        && Gateway.NatInterface == other.Gateway.NatInterface && Gateway.TunnelDevice == other.Gateway.TunnelDevice && Gateway.Portmaps.SequenceEqual(other.Gateway.Portmaps);
}
