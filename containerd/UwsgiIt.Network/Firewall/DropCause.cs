namespace UwsgiIt.Network.Firewall;

/// <summary>Why a packet was dropped; every drop is counted under exactly one. Numbers are part of the statistics' order, not of any wire.</summary>
public enum DropCause
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Header lengths disagree with each other or with the packet.</summary>
    Malformed,

    /// <summary>Neither IPv4 nor IPv6.</summary>
    UnknownVersion,

    /// <summary>It carries its own route (IPv4 options LSRR and SSRR, IPv6 routing header type 0).</summary>
    SourceRoute,

    /// <summary>A fragment, and the container does not take them.</summary>
    Fragment,

    /// <summary>Its source is not the sender's address, or from outside: is a container's.</summary>
    Spoofed,

    /// <summary>Multicast, broadcast, link-local, loopback or unspecified destination.</summary>
    NotRoutable,

    /// <summary>Refused by the sender's out list.</summary>
    DeniedOut,

    /// <summary>Refused by the receiver's in list.</summary>
    DeniedIn,

    /// <summary>No container has this address, or no gateway or tunnel is there.</summary>
    Unreachable,

    /// <summary>More new flows in a second than the container may open.</summary>
    Flood,

    /// <summary>The receiver's bandwidth is used up.</summary>
    Bandwidth,

    /// <summary>Too large for the tunnel and not to be fragmented; the sender is told.</summary>
    TooBig,

    /// <summary>The receiving device did not take it: down, full or the kernel found fault with it.</summary>
    Refused,
}
