using UwsgiIt.Linux.Networking;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// Lets the host pass containers' packets on. IPv4 only: a host that forwards IPv6 no longer takes its own route from its router, so that is the
/// operator's decision.
/// </summary>
internal static class HostForwarding
{
    /// <summary>The file speaks for the namespace of the thread that opens it.</summary>
    public static void Enable(NetworkNamespace space) => space.Run(static () => File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1"));
}
