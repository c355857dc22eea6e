using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.Containerd.Network;

/// <summary>The containers' network. All defaults are ours unless said.</summary>
internal sealed class NetworkOptions : IValidatedOptions
{
    public static string SectionName => "Network";

    /// <summary>Who moves packets. Default none: a host whose own network lies within the containers' block must choose first.</summary>
    public NetworkDataPlane DataPlane { get; set; } = NetworkDataPlane.None;

    /// <summary>Network namespace in which the gateway is, a path such as /run/netns/x. Default null: the daemon's own.</summary>
    public string? Namespace { get; set; }

    /// <summary>Where uwsgiit-tuntap listens. Default /run/uwsgiit/tuntap/control.sock.</summary>
    public string TuntapSocket { get; set; } = "/run/uwsgiit/tuntap/control.sock";

    /// <summary>The gateway's device. Default uwsgi0, as the original's.</summary>
    public string GatewayDevice { get; set; } = "uwsgi0";

    /// <summary>Longest packet of containers, in bytes, 1280 to 65535. Default 1500.</summary>
    public int Mtu { get; set; } = 1500;

    /// <summary>Device behind which containers have the host's address and public ports lead to them. Default null: no translation; the original's nat_interface is eth0.</summary>
    public string? NatInterface { get; set; }

    /// <summary>ADDRESS:PORT at which other servers' routers reach ours, by UDP (tuntap only). Default null: no tunnel; the original's port is 999.</summary>
    public string? Tunnel { get; set; }

    /// <summary>Longest packet that the tunnel carries whole, in bytes, 1280 to 65475. Default 1420: with what is around it 1,500 over IPv6.</summary>
    public int TunnelMtu { get; set; } = 1420;

    /// <summary>UDP port of the kernel's WireGuard to other servers that have it too, where <see cref="Tunnel"/> is set and the kernel has one; 0: never. Default 51820, WireGuard's own.</summary>
    public int WireGuardPort { get; set; } = 51_820;

    /// <summary>The containers' IPv4 block. Default 10.0.0.0/8, the original's.</summary>
    public string Block4 { get; set; } = AddressPlan.Default.Block4.ToString();

    /// <summary>The containers' IPv6 block. Default fd75:7773:6769::/64.</summary>
    public string Block6 { get; set; } = AddressPlan.Default.Block6.ToString();

    /// <summary>Rules of the host, before any container's. Default none.</summary>
    public IList<string> Rules { get; init; } = [];

    /// <summary>Public ports and containers of other servers, as the agent's network.json. Default /etc/uwsgiit/network.json, which may be absent.</summary>
    public string File { get; set; } = "/etc/uwsgiit/network.json";

    /// <summary>The gateway answers questions for names; with nftables that needs a uwsgiit-tuntap beside, which gets no devices. Default null: with tuntap only.</summary>
    public bool? Resolver { get; set; }

    /// <summary><see cref="Resolver"/>, decided.</summary>
    public bool HasResolver => Resolver ?? DataPlane == NetworkDataPlane.Tuntap;

    /// <summary>What holds for every container.</summary>
    public HostPolicy HostPolicy() => new() { Block4 = Block4, Block6 = Block6, Rules = [.. Rules], GatewayServices = HasResolver ? ["udp/53"] : [] };

    public IEnumerable<OptionFault> Validate()
    {
        if (Mtu is < 1280 or > 65_535)
        {
            yield return new OptionFault("Network:Mtu", $"{Mtu}", "is not 1280 to 65535 bytes", "Write for example 1500");
        }

        foreach (var (name, path) in new[] { (nameof(Namespace), Namespace), (nameof(TuntapSocket), TuntapSocket), (nameof(File), File) })
        {
            if (path is not null && (path.Length is < 2 or > 100 || path[0] != '/'))
            {
                yield return new OptionFault($"Network:{name}", path, "is not an absolute path of at most 100 bytes", "Write one");
            }
        }

        foreach (var (name, device) in new[] { (nameof(GatewayDevice), GatewayDevice), (nameof(NatInterface), NatInterface) })
        {
            if (device is not null && new GatewaySettings { NatInterface = device }.Validate().Any())
            {
                yield return new OptionFault($"Network:{name}", device, "is not the name of a device", "Write for example eth0");
            }
        }

        if (Tunnel is not null && (!System.Net.IPEndPoint.TryParse(Tunnel, out var tunnel) || tunnel.Port == 0))
        {
            yield return new OptionFault("Network:Tunnel", Tunnel, "is not ADDRESS:PORT", "Write for example 0.0.0.0:999");
        }

        if (TunnelMtu is < 1280 or > 65_475)
        {
            yield return new OptionFault("Network:TunnelMtu", $"{TunnelMtu}", "is not 1280 to 65475 bytes", "Write for example 1420");
        }

        if (WireGuardPort is < 0 or > 65_535)
        {
            yield return new OptionFault("Network:WireGuardPort", $"{WireGuardPort}", "is not 0 to 65535", "Write for example 51820, or 0 for none");
        }

        List<string> faults = [];
        HostFirewall.TryCompile(HostPolicy(), faults);
        foreach (var fault in faults)
        {
            yield return new OptionFault("Network", null, fault, "Correct the block or the rule");
        }
    }
}
