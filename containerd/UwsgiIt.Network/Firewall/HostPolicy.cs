using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>What holds for every container of a host, as the daemon says it.</summary>
/// <remarks>Members with a default have a setter: the generated JSON reader would set those of <c>init</c> to null where the text leaves them out.</remarks>
public sealed record HostPolicy
{
    /// <summary>Most rules of a host. Ours: each costs every container some memory.</summary>
    public const int MaxRules = 1_000;

    /// <summary>Most containers of other servers.</summary>
    public const int MaxRemotes = 100_000;

    /// <summary>The containers' IPv4 block.</summary>
    public string Block4 { get; set; } = AddressPlan.Default.Block4.ToString();

    /// <summary>The containers' IPv6 block.</summary>
    public string Block6 { get; set; } = AddressPlan.Default.Block6.ToString();

    /// <summary>Rules looked at before any container's; an allow goes on to the container's own.</summary>
    public IReadOnlyList<string> Rules { get; set; } = [];

    /// <summary>Services of the gateway that containers may use, <c>udp/53</c>; its other ports and ping are closed to them.</summary>
    public IReadOnlyList<string> GatewayServices { get; set; } = ["udp/53", "tcp/53"];

    /// <summary>In place of a router's address: the host's kernel has a tunnel to that container's server, so its packets go and come by the gateway.</summary>
    public const string ByKernel = "kernel";

    /// <summary>Containers of other servers: uid to the address and port of their router, as in a gateway rule, or <see cref="ByKernel"/>.</summary>
    public IReadOnlyDictionary<int, string> Remotes { get; set; } = new Dictionary<int, string>();
}
