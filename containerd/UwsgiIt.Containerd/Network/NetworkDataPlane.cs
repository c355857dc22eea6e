namespace UwsgiIt.Containerd.Network;

/// <summary>What moves containers' packets.</summary>
internal enum NetworkDataPlane
{
    /// <summary>Nothing: containers have their loopback device only.</summary>
    None,

    /// <summary>The user-space router <c>uwsgiit-tuntap</c>, one tun device each container.</summary>
    Tuntap,

    /// <summary>The kernel: veth pairs and rules of nftables made from the same policies.</summary>
    Nftables,
}
