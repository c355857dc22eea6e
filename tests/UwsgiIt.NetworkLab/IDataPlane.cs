using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.NetworkLab;

/// <summary>What moves packets between containers by their policies: the tuntap router, or the kernel with nftables.</summary>
public interface IDataPlane : IDisposable
{
    /// <summary>Name in test results.</summary>
    string Name { get; }

    /// <summary>Makes the gateway in the host's namespace.</summary>
    void Start(NetworkNamespace host, HostPolicy policy);

    /// <summary>Changes the host's policy.</summary>
    void SetHost(HostPolicy policy);

    /// <summary>Gives a container its device, with addresses, routes and policy.</summary>
    void Attach(LabContainer container);

    /// <summary>Puts containers' policies in force; throws when one is faulty.</summary>
    void Apply(params IReadOnlyList<LabContainer> containers);

    /// <summary>Takes a container's device and policy away.</summary>
    void Detach(LabContainer container);

    /// <summary>Gives many containers their devices, with no links and no rules; they stay until the plane is disposed of.</summary>
    void AttachMany(ManyContainers containers);

    /// <summary>Packets dropped so far for the cause, of all containers.</summary>
    long Drops(DropCause cause);
}
