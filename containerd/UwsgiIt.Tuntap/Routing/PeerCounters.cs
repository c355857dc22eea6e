using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Routing;

/// <summary>What one worker has counted of a peer. Written by that worker only, read by anybody, each number by itself.</summary>
internal sealed class PeerCounters
{
    public const int Causes = (int)DropCause.Refused + 1;

    /// <summary>Bytes and packets that came from the peer, dropped ones included; a segmented frame counts as the packets it stands for.</summary>
    public long BytesFrom;
    public long PacketsFrom;

    /// <summary>Bytes and packets written to the peer.</summary>
    public long BytesTo;
    public long PacketsTo;

    /// <summary>Dropped packets, by cause: the sender's, but <see cref="DropCause.DeniedIn"/>, Bandwidth and Refused count at the receiver.</summary>
    public readonly long[] Drops = new long[Causes];
}
