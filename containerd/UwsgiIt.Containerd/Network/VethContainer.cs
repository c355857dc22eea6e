using Microsoft.Win32.SafeHandles;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>A container with a veth pair.</summary>
internal sealed class VethContainer(ContainerPolicy policy, SafeFileHandle space) : NetworkedContainer(policy, space)
{
    /// <summary>The host's end is on: rules for it are in force.</summary>
    public bool IsUp { get; set; }

    /// <summary>Its rules as last in force; null before.</summary>
    public ContainerFirewall? Firewall { get; set; }
}
