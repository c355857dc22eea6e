using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>From a container's definition to what the firewall is told about it.</summary>
internal static class ContainerPolicies
{
    public static ContainerPolicy Of(ContainerDefinition definition) => new()
    {
        Uid = (int)definition.Uid,
        Name = StartDescriptions.HostNameOf(definition.Name),
        Links = [.. definition.Links.Select(static uid => (int)uid)],
        Rules = definition.Rules,
        Dmz = definition.Dmz,
        DenyByDefault = definition.DenyByDefault,
        AllowFragments = definition.AllowFragments,
        OutBytesPerSecond = definition.BandwidthOut,
        InBytesPerSecond = definition.BandwidthIn,
        NewFlowsPerSecond = definition.NewFlows,
    };

    /// <summary>What the firewall finds wrong with it.</summary>
    public static IReadOnlyList<string> Faults(ContainerDefinition definition)
    {
        List<string> faults = [];
        ContainerFirewall.TryCompile(Of(definition), HostFirewall.Default, faults);
        return faults;
    }
}
