using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>A container with a tun device. We keep its queues open beside the router: while no router reads them, packets wait in them instead of being lost.</summary>
internal sealed class TuntapContainer(ContainerPolicy policy, SafeFileHandle space, SafeFileHandle[] queues) : NetworkedContainer(policy, space)
{
    /// <summary>One each worker of the router; none when an earlier daemon's are in use still.</summary>
    public SafeFileHandle[] Queues { get; private set; } = queues;

    /// <summary>The policy that the router has.</summary>
    public ContainerPolicy? Sent { get; set; }

    /// <summary>The router has these very queues.</summary>
    public bool IsHanded { get; set; }

    /// <summary>Makes the queues as many as the router has workers. The new ones come first, so that the device is never without.</summary>
    public void Fit(int workers, Func<SafeFileHandle[]> open)
    {
        if (Queues.Length == workers)
        {
            return;
        }

        var before = Queues;
        Queues = open();
        IsHanded = false;
        Array.ForEach(before, static queue => queue.Dispose());
    }

    protected override void Dispose(bool disposing)
    {
        Array.ForEach(Queues, static queue => queue.Dispose());
        base.Dispose(disposing);
    }
}
