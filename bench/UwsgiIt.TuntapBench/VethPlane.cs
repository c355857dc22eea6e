using System.Globalization;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.TuntapBench;

/// <summary>What the kernel can do with no firewall at all: a veth pair straight between the two containers, another to the host.</summary>
internal sealed class VethPlane : IDataPlane
{
    private NetworkNamespace? _host;
    private LabContainer? _first;

    public string Name => "veth";

    public void Start(NetworkNamespace host, HostPolicy policy) => _host = host;

    public void SetHost(HostPolicy policy)
    {
    }

    public void Attach(LabContainer container)
    {
        var gateway = IpAddresses.ToText(AddressFamilies.V4, AddressPlan.Default.Gateway4);
        var device = string.Create(CultureInfo.InvariantCulture, $"u{container.Uid}");
        Command.Ip(_host, $"link add name {device} type veth peer name {LabContainer.Device} netns {container.Space.Path}");
        Command.Ip(_host, $"addr add {gateway}/32 dev {device}");
        Command.Ip(_host, $"link set {device} up");
        Command.Ip(container.Space, $"addr add {container.V4}/32 dev {LabContainer.Device}");
        Command.Ip(container.Space, $"link set {LabContainer.Device} up");
        Command.Ip(_host, $"route add {container.V4}/32 dev {device}");
        Command.Ip(container.Space, $"route add {gateway}/32 dev {LabContainer.Device}");
        Command.Ip(container.Space, $"route add default via {gateway}");
        if (_first is null)
        {
            _first = container;
            return;
        }

        Command.Ip(_first.Space, $"link add name direct type veth peer name direct netns {container.Space.Path}");
        foreach (var (here, there) in new[] { (_first, container), (container, _first) })
        {
            Command.Ip(here.Space, "link set direct up");
            Command.Ip(here.Space, $"route add {there.V4}/32 dev direct src {here.V4}");
        }
    }

    public void Apply(params IReadOnlyList<LabContainer> containers)
    {
    }

    public void Detach(LabContainer container)
    {
    }

    public void AttachMany(ManyContainers containers) => throw new NotSupportedException();

    public long Drops(DropCause cause) => 0;

    public void Dispose()
    {
    }
}
