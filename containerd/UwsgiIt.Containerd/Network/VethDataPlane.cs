using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;
using UwsgiIt.Network.Tools;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// Containers on veth pairs; the kernel forwards by rules of nftables made from the same policies. The host's end of a pair is switched on only when
/// its rules are in force, so no packet passes before them.
/// </summary>
internal sealed partial class VethDataPlane(IOptions<NetworkOptions> options, ILogger<VethDataPlane> logger) : IDataPlane
{
    private readonly NetworkOptions _options = options.Value;
    private readonly HostFirewall _host = HostFirewall.TryCompile(options.Value.HostPolicy(), [])!;
    private readonly NetworkNamespace _space = NetworkNamespace.Open(options.Value.Namespace ?? "/proc/thread-self/ns/net");
    private readonly string _ip = NetworkTool.Find("ip") ?? throw new IOException("ip is not installed (package iproute2)");
    private bool _isForwarding;
    private IReadOnlySet<ContainerFirewall>? _published;
    private HostWishes? _wishes;
    private VethResolver? _resolver;

    public string? ResolvConf => _options.HasResolver ? $"nameserver {ContainerLink.Gateway4(_host.Plan)}\n" : null;

    public SafeFileHandle? Connection => _resolver?.Connection;

    public NetworkedContainer Prepare(ContainerPolicy policy, NetworkNamespace space)
    {
        var device = Ruleset.DeviceOf(policy.Uid);
        var isThere = space.Run(static () => ContainerLink.Exists(ContainerLink.Device));
        var isHostsThere = _space.Run(() => ContainerLink.Exists(device));
        if (!isThere || !isHostsThere)
        {
            // What is left of one that ended a moment ago makes room.
            Ip(_space, $"{(isHostsThere ? $"link del {device}\n" : "")}link add name {device} mtu {_options.Mtu} type veth peer name {ContainerLink.Device} mtu {_options.Mtu} netns {space.Path}");
            Ip(space, Inside(policy));
            space.Run(() => ContainerLink.SetOutside(_host.Plan, policy.Dmz));
        }

        return new VethContainer(policy, File.OpenHandle(space.Path));
    }

    /// <summary>The pair goes with its namespace; the rules with the next change.</summary>
    public void Remove(NetworkedContainer container)
    {
    }

    public void Publish(IReadOnlyCollection<NetworkedContainer> containers, HostWishes wishes)
    {
        if (!_isForwarding)
        {
            HostForwarding.Enable(_space);
            _isForwarding = true;
        }

        var all = containers.Cast<VethContainer>().ToList();
        all.ForEach(Compile);
        var firewalls = all.Select(static container => container.Firewall!).ToHashSet();
        if (_published is null || !firewalls.SetEquals(_published) || !wishes.IsSame(_wishes))
        {
            Nft.Apply(_space, counts => Ruleset.ForContainers(_host, [.. firewalls], wishes.Gateway, counts));
            _published = firewalls;
            _wishes = wishes;
        }

        foreach (var container in all.Where(static container => !container.IsUp))
        {
            Ip(_space, Outside(container.Uid));
            container.IsUp = true;
        }

        if (_options.HasResolver)
        {
            _resolver ??= new VethResolver(_options, _host.Plan, _space, logger);
            _resolver.Publish(containers, wishes);
        }
    }

    public void ConnectionLost() => _resolver?.Lose();

    public void Dispose()
    {
        _resolver?.Dispose();
        _space.Dispose();
    }

    private void Compile(VethContainer container)
    {
        var policy = container.Policy;
        if (container.Firewall?.Policy == policy)
        {
            return;
        }

        List<string> faults = [];
        if (ContainerFirewall.TryCompile(policy, _host, faults) is { } firewall)
        {
            container.Firewall = firewall;
            return;
        }

        // It keeps what it had, or has nothing.
        Log.PolicyRefused(logger, container.Uid, string.Join("; ", faults));
        container.Firewall ??= ContainerFirewall.TryCompile(new ContainerPolicy { Uid = container.Uid, Dmz = true }, _host, []);
    }

    private string Inside(ContainerPolicy policy)
    {
        var (v4, v6) = (IpAddresses.FromNumber(AddressFamilies.V4, _host.Plan.V4(policy.Uid)), IpAddresses.FromNumber(AddressFamilies.V6, _host.Plan.V6(policy.Uid)));
        var (gateway4, gateway6) = (ContainerLink.Gateway4(_host.Plan), ContainerLink.Gateway6(_host.Plan));
        return $"""
            addr add {v4}/32 dev {ContainerLink.Device}
            addr add {v6}/128 dev {ContainerLink.Device} nodad
            link set {ContainerLink.Device} up
            route add {gateway4}/32 dev {ContainerLink.Device}
            route add {gateway6}/128 dev {ContainerLink.Device}
            route add {_host.Plan.Block4} via {gateway4}
            route add {_host.Plan.Block6} via {gateway6}
            """;
    }

    // "replace": an earlier daemon may have done it.
    private string Outside(int uid)
    {
        var device = Ruleset.DeviceOf(uid);
        return $"""
            addr replace {ContainerLink.Gateway4(_host.Plan)}/32 dev {device}
            addr replace {ContainerLink.Gateway6(_host.Plan)}/128 dev {device} nodad
            link set {device} up
            route replace {IpAddresses.ToText(AddressFamilies.V4, _host.Plan.V4(uid))}/32 dev {device}
            route replace {IpAddresses.ToText(AddressFamilies.V6, _host.Plan.V6(uid))}/128 dev {device}
            """;
    }

    private void Ip(NetworkNamespace space, string lines) => NetworkTool.Run(space, _ip, lines + "\n", "-batch", "-");

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NetworkPolicyRefused, LogLevel.Warning, "The rules of container {Uid} are not taken: {Fault}")]
        public static partial void PolicyRefused(ILogger logger, int uid, string fault);
    }
}
