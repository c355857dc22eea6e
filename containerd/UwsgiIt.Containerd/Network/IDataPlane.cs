using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>Moves containers' packets. <see cref="Prepare"/> is called from anywhere, all else by the one thread of <see cref="ContainerNetwork"/>.</summary>
internal interface IDataPlane : IDisposable
{
    /// <summary>Name servers of containers that have none of their own, as resolv.conf has them; null: the host's.</summary>
    string? ResolvConf { get; }

    /// <summary>Readable when what was published last is no longer in force; null when that cannot happen.</summary>
    SafeFileHandle? Connection { get; }

    /// <summary>
    /// Gives a container its device with addresses and routes, or finds the one an earlier daemon gave it. <paramref name="space"/> is its
    /// namespace. Throws <see cref="IOException"/>.
    /// </summary>
    NetworkedContainer Prepare(ContainerPolicy policy, NetworkNamespace space);

    /// <summary>Forgets a container that has ended; its notes are disposed of by the caller.</summary>
    void Remove(NetworkedContainer container);

    /// <summary>Puts everything in force that is not yet. Throws <see cref="IOException"/>: to be tried again.</summary>
    void Publish(IReadOnlyCollection<NetworkedContainer> containers, HostWishes wishes);

    /// <summary><see cref="Connection"/> became readable.</summary>
    void ConnectionLost();
}
