using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.NetworkLab;

/// <summary>
/// A host in a namespace of its own, somebody outside of it, containers, and a data plane between them. Nothing of it touches the machine's own
/// network; all of it goes with the lab.
/// </summary>
public sealed class Lab : IDisposable
{
    /// <summary>The host's address towards the outside; containers are behind it.</summary>
    public const string HostV4 = "192.0.2.1";

    /// <summary>Somebody outside.</summary>
    public const string OutsideV4 = "192.0.2.2";

    /// <summary>The host's IPv6 address towards the outside.</summary>
    public const string HostV6 = "2001:db8::1";

    /// <summary>Somebody outside.</summary>
    public const string OutsideV6 = "2001:db8::2";

    private readonly Dictionary<int, LabContainer> _containers = [];

    /// <summary>Host and outside, joined by a veth pair and routing both ways; the data plane is started.</summary>
    public Lab(IDataPlane plane, HostPolicy? policy = null)
    {
        Plane = plane;
        Host = NetworkNamespace.Create();
        Outside = NetworkNamespace.Create();
        Command.Ip(Host, $"link add name eth0 type veth peer name eth0 netns {Outside.Path}");
        Command.Ip(Host, $"addr add {HostV4}/24 dev eth0");
        Command.Ip(Outside, $"addr add {OutsideV4}/24 dev eth0");
        Command.Ip(Host, $"addr add {HostV6}/64 dev eth0 nodad");
        Command.Ip(Outside, $"addr add {OutsideV6}/64 dev eth0 nodad");
        foreach (var space in new[] { Host, Outside })
        {
            Command.Ip(space, "link set lo up");
            Command.Ip(space, "link set eth0 up");
        }

        Command.Run(Host, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
        Command.Ip(Outside, $"route add 10.0.0.0/8 via {HostV4}");
        Command.Ip(Outside, $"route add fd75:7773:6769::/64 via {HostV6}");
        plane.Start(Host, policy ?? new HostPolicy());
    }

    /// <summary>What moves packets.</summary>
    public IDataPlane Plane { get; }

    /// <summary>The host's network.</summary>
    public NetworkNamespace Host { get; }

    /// <summary>Somebody on the host's network.</summary>
    public NetworkNamespace Outside { get; }

    /// <summary>A container of the lab.</summary>
    public LabContainer this[int uid] => _containers[uid];

    /// <summary>Adds a container with its device.</summary>
    public LabContainer Add(ContainerPolicy policy)
    {
        var container = new LabContainer(policy);
        _containers[policy.Uid] = container;
        Plane.Attach(container);
        return container;
    }

    /// <summary>Changes a container's policy.</summary>
    public void Change(ContainerPolicy policy)
    {
        _containers[policy.Uid].Policy = policy;
        Plane.Apply(_containers[policy.Uid]);
    }

    /// <summary>Takes a container away.</summary>
    public void Remove(int uid)
    {
        _containers.Remove(uid, out var container);
        Plane.Detach(container!);
        container!.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Plane.Dispose();
        foreach (var container in _containers.Values)
        {
            container.Dispose();
        }

        Outside.Dispose();
        Host.Dispose();
    }
}
