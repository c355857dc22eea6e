using System.Globalization;
using System.Text;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Nftables;

namespace UwsgiIt.NetworkLab;

/// <summary>The kernel's own forwarding between veth pairs, with nftables made from the same policies.</summary>
public sealed class NftablesPlane(GatewaySettings? settings = null) : IDataPlane
{
    private readonly Dictionary<int, LabContainer> _containers = [];
    private List<ContainerPolicy> _many = [];
    private NetworkNamespace? _space;
    private HostFirewall _host = HostFirewall.Default;

    /// <inheritdoc/>
    public string Name => "nftables";

    /// <inheritdoc/>
    public void Start(NetworkNamespace host, HostPolicy policy)
    {
        _space = host;
        SetHost(policy);
    }

    /// <inheritdoc/>
    public void SetHost(HostPolicy policy)
    {
        List<string> faults = [];
        _host = HostFirewall.TryCompile(policy, faults) ?? throw new InvalidOperationException(string.Join("; ", faults));
        Publish();
    }

    /// <inheritdoc/>
    public void Attach(LabContainer container)
    {
        _containers[container.Uid] = container;
        var device = Ruleset.DeviceOf(container.Uid);
        var (gateway4, gateway6) = (IpAddresses.ToText(AddressFamilies.V4, AddressPlan.Default.Gateway4), IpAddresses.ToText(AddressFamilies.V6, AddressPlan.Default.Gateway6));
        Command.Ip(_space, $"link add name {device} type veth peer name {LabContainer.Device} netns {container.Space.Path}");
        Command.Ip(_space, $"addr add {gateway4}/32 dev {device}");
        Command.Ip(_space, $"addr add {gateway6}/128 dev {device} nodad");
        Command.Ip(_space, $"link set {device} up");
        Command.Ip(container.Space, $"addr add {container.V4}/32 dev {LabContainer.Device}");
        Command.Ip(container.Space, $"addr add {container.V6}/128 dev {LabContainer.Device} nodad");
        Command.Ip(container.Space, $"link set {LabContainer.Device} up");
        Command.Ip(_space, $"route add {container.V4}/32 dev {device}");
        Command.Ip(_space, $"route add {container.V6}/128 dev {device}");
        Command.Ip(container.Space, $"route add {gateway4}/32 dev {LabContainer.Device}");
        Command.Ip(container.Space, $"route add {gateway6}/128 dev {LabContainer.Device}");
        Command.Ip(container.Space, $"route add {(container.Policy.Dmz ? "10.0.0.0/8" : "default")} via {gateway4}");
        Command.Ip(container.Space, $"-6 route add {(container.Policy.Dmz ? AddressPlan.Default.Block6.ToString() : "default")} via {gateway6}");
        Publish();
    }

    /// <inheritdoc/>
    public void Apply(params IReadOnlyList<LabContainer> containers) => Publish();

    /// <inheritdoc/>
    public void Detach(LabContainer container)
    {
        _containers.Remove(container.Uid);
        Publish();
        Command.Ip(_space, $"link del {Ruleset.DeviceOf(container.Uid)}");
    }

    /// <inheritdoc/>
    public void AttachMany(ManyContainers containers)
    {
        ArgumentNullException.ThrowIfNull(containers);
        _many = [.. containers.Uids.Select(static uid => new ContainerPolicy { Uid = uid })];
        var (here, there) = (new StringBuilder(), new StringBuilder());
        foreach (var uid in containers.Uids)
        {
            var (device, end, address) = (Ruleset.DeviceOf(uid), ManyContainers.DeviceOf(uid), IpAddresses.ToText(AddressFamilies.V4, AddressPlan.Default.V4(uid)));

            // The far end is known by a permanent entry: many in one namespace would answer for one another.
            here.Append(CultureInfo.InvariantCulture, $"link add name {device} type veth peer name {end} netns {containers.Space.Path}\nlink set {device} up\nroute add {address}/32 dev {device}\nneigh add {address} lladdr ff:ff:ff:ff:ff:ff dev {device} nud permanent\n");
            there.Append(CultureInfo.InvariantCulture, $"link set {end} up\n");
        }

        // No IPv6 on these devices: its reports of group memberships would be counted.
        foreach (var space in new[] { containers.Space, _space })
        {
            Command.Run(space, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
        }

        Command.Run(_space, 120, here.ToString(), "ip", "-batch", "-");
        Command.Run(containers.Space, 120, there.ToString(), "ip", "-batch", "-");
        Publish();
    }

    /// <inheritdoc/>
    public long Drops(DropCause cause) => Nft.ReadCounters(_space).GetValueOrDefault(cause);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Publish()
    {
        List<string> faults = [];
        var firewalls = _containers.Values.Select(static container => container.Policy).Concat(_many).Select(policy => ContainerFirewall.TryCompile(policy, _host, faults)).ToList();
        if (faults.Count > 0)
        {
            throw new InvalidOperationException(string.Join("; ", faults));
        }

        Nft.Apply(_space, counts => Ruleset.ForContainers(_host, firewalls!, settings ?? new GatewaySettings { NatInterface = null }, counts));
    }
}
