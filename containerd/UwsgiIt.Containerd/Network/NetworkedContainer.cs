using Microsoft.Win32.SafeHandles;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>A running container as the network knows it. What moves packets keeps its own notes in a subclass.</summary>
internal class NetworkedContainer(ContainerPolicy policy, SafeFileHandle space) : IDisposable
{
    private volatile ContainerPolicy _policy = policy;

    public int Uid { get; } = policy.Uid;

    /// <summary>What it may send and receive.</summary>
    public ContainerPolicy Policy
    {
        get => _policy;
        set => _policy = value;
    }

    /// <summary>Whether its routes are those of a dmz; null while that is not known, of a container that an earlier daemon started.</summary>
    public bool? HasRoutesOfDmz { get; set; }

    /// <summary>Its network namespace; owned by this object, which so keeps it alive.</summary>
    public SafeFileHandle Space { get; } = space;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Space.Dispose();
}
