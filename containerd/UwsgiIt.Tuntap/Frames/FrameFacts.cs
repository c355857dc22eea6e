namespace UwsgiIt.Tuntap.Frames;

/// <summary>What the router knows of a packet after one look at its headers. Addresses of IPv4 packets are in the low 32 bits.</summary>
internal struct FrameFacts
{
    public bool IsV6;

    /// <summary>A fragment, IPv6's "atomic" ones included.</summary>
    public bool IsFragment;

    /// <summary>A fragment without the transport header.</summary>
    public bool IsLaterFragment;

    /// <summary>It carries its own route.</summary>
    public bool IsSourceRouted;

    /// <summary>Protocol of the transport header, after IPv6's extension headers.</summary>
    public byte Protocol;

    /// <summary>Flags of a TCP header, else 0.</summary>
    public byte TcpFlags;

    /// <summary>ICMP or ICMPv6 type, else 0.</summary>
    public byte IcmpType;

    /// <summary>TCP or UDP source port; 0 for others.</summary>
    public ushort SourcePort;

    /// <summary>TCP or UDP destination port; 0 for others.</summary>
    public ushort DestinationPort;

    /// <summary>Where the transport header starts.</summary>
    public int TransportOffset;

    public UInt128 Source;

    public UInt128 Destination;

    public readonly uint Source4 => (uint)Source;

    public readonly uint Destination4 => (uint)Destination;

    /// <summary>A TCP connection's first packet.</summary>
    public readonly bool IsSyn => Protocol == IpProtocols.Tcp && (TcpFlags & 0x12) == 0x02;

    /// <summary>An ICMP message about another packet, which it quotes.</summary>
    public readonly bool IsIcmpError => IsV6 ? Protocol == IpProtocols.IcmpV6 && IcmpType is >= 1 and <= 4 : Protocol == IpProtocols.Icmp && IcmpType is 3 or 11 or 12;
}
