using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.NetworkLab;

/// <summary>What a container is to the network: a namespace with a device called uwsgi0, and a policy.</summary>
public sealed class LabContainer : IDisposable
{
    /// <summary>Name of the device, as in the original.</summary>
    public const string Device = "uwsgi0";

    /// <summary>A container without a device yet.</summary>
    public LabContainer(ContainerPolicy policy)
    {
        Policy = policy;
        Space = NetworkNamespace.Create();
        Space.Run(static () => Link.Up("lo"));
    }

    /// <summary>Its uid.</summary>
    public int Uid => Policy.Uid;

    /// <summary>Its policy; the lab sends it to the data plane.</summary>
    public ContainerPolicy Policy { get; set; }

    /// <summary>Where it lives.</summary>
    public NetworkNamespace Space { get; }

    /// <summary>Its IPv4 address.</summary>
    public string V4 => IpAddresses.ToText(AddressFamilies.V4, AddressPlan.Default.V4(Uid));

    /// <summary>Its IPv6 address.</summary>
    public string V6 => IpAddresses.ToText(AddressFamilies.V6, AddressPlan.Default.V6(Uid));

    /// <inheritdoc/>
    public void Dispose() => Space.Dispose();
}
