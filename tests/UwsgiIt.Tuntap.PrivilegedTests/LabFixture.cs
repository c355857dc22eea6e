using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>One lab with a few containers for all cases of a plane.</summary>
public abstract class LabFixture : IDisposable
{
    private static readonly int[] Uids = [30001, 30002, 30003, 30254];

    private Lab? _lab;

    internal Lab Lab => _lab!;

    internal Dictionary<int, Probe> Probes { get; } = [];

    internal Probe Outside { get; private set; } = null!;

    internal abstract IDataPlane CreatePlane();

    /// <summary>Why this plane cannot run here, or null.</summary>
    internal virtual string? Missing => Requirements.Missing;

    /// <summary>Device and next hop's link address of a container's probe.</summary>
    internal virtual byte[]? NextHop(LabContainer container) => null;

    /// <summary>Skips where the machine lacks something; builds the lab for the first case.</summary>
    internal void Begin()
    {
        Skip.If(Missing is not null, Missing);
        if (_lab is not null)
        {
            return;
        }

        _lab = new Lab(CreatePlane());
        foreach (var uid in Uids)
        {
            var container = _lab.Add(new ContainerPolicy { Uid = uid });
            Probes[uid] = new Probe(container.Space, LabContainer.Device, container.V4, container.V6, NextHop(container));
        }

        // The one outside can do nothing for itself: what reaches it has been segmented and has its checksums.
        Command.Run(_lab.Outside, "ethtool", "-K", "eth0", "tx", "off", "rx", "off", "gro", "off", "gso", "off", "tso", "off");
        Command.Run(_lab.Host, "ethtool", "-K", "eth0", "tx", "off", "gso", "off", "tso", "off");
        Outside = new Probe(_lab.Outside, "eth0", Lab.OutsideV4, Lab.OutsideV6, LinkAddress(_lab.Host, "eth0"));
    }

    /// <summary>Sets containers' policies.</summary>
    internal void Set(params IReadOnlyList<ContainerPolicy> policies)
    {
        foreach (var policy in policies)
        {
            Lab[policy.Uid].Policy = policy;
        }

        Lab.Plane.Apply([.. policies.Select(policy => Lab[policy.Uid])]);
    }

    internal void SetHost(HostPolicy policy) => Lab.Plane.SetHost(policy);

    public void Dispose()
    {
        foreach (var probe in Probes.Values.Append(Outside))
        {
            probe?.Dispose();
        }

        _lab?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The link address of a device, from <c>ip</c>'s words.</summary>
    internal static byte[] LinkAddress(Linux.Networking.NetworkNamespace space, string device)
    {
        var words = Command.Ip(space, $"-o link show dev {device}").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Convert.FromHexString(words[Array.IndexOf(words, "link/ether") + 1].Replace(":", "", StringComparison.Ordinal));
    }
}
