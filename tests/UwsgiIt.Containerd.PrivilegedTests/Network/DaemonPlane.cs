using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Containerd.PrivilegedTests.Network;

/// <summary>In a lab whose data plane is the daemon's affair.</summary>
internal sealed class DaemonPlane : IDataPlane
{
    public string Name => "daemon";

    public void Start(NetworkNamespace host, HostPolicy policy)
    {
    }

    public void SetHost(HostPolicy policy) => throw new NotSupportedException();

    public void Attach(LabContainer container) => throw new NotSupportedException();

    public void Apply(params IReadOnlyList<LabContainer> containers) => throw new NotSupportedException();

    public void Detach(LabContainer container) => throw new NotSupportedException();

    public void AttachMany(ManyContainers containers) => throw new NotSupportedException();

    public long Drops(DropCause cause) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
