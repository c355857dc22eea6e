using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Containerd.Network;

/// <summary>What holds for the host: what every container's packets meet, and how they meet the outside.</summary>
internal sealed record HostWishes(HostPolicy Policy, GatewaySettings Gateway)
{
    /// <summary>True when the data plane need not be told again.</summary>
    public bool IsSame(HostWishes? other) =>
        other is not null
        && Policy.Remotes.Count == other.Policy.Remotes.Count && !Policy.Remotes.Except(other.Policy.Remotes).Any()
        && Gateway.NatInterface == other.Gateway.NatInterface && Gateway.Portmaps.SequenceEqual(other.Gateway.Portmaps);
}
