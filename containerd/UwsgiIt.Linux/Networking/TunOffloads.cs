namespace UwsgiIt.Linux.Networking;

/// <summary>What the reader of a tun device can do itself, in the kernel's bits (linux/if_tun.h, TUN_F_*).</summary>
[Flags]
public enum TunOffloads : uint
{
    /// <summary>Nothing: every packet comes complete and no longer than the MTU.</summary>
    None = 0,

    /// <summary>Packets whose checksum is still to be filled in.</summary>
    Checksum = 0x01,

    /// <summary>TCP segments over IPv4 longer than the MTU.</summary>
    Tcp4 = 0x02,

    /// <summary>TCP segments over IPv6 longer than the MTU.</summary>
    Tcp6 = 0x04,

    /// <summary>TCP segments with ECN.</summary>
    TcpEcn = 0x08,

    /// <summary>Trains of UDP datagrams over IPv4, Linux 6.2.</summary>
    Udp4 = 0x20,

    /// <summary>Trains of UDP datagrams over IPv6, Linux 6.2.</summary>
    Udp6 = 0x40,

    /// <summary>What every kernel since 2.6.27 has.</summary>
    Tcp = Checksum | Tcp4 | Tcp6 | TcpEcn,

    /// <summary>All of it.</summary>
    All = Tcp | Udp4 | Udp6,
}
