using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>All workers' counts of a peer, added up.</summary>
internal sealed record PeerTotals(int Uid, long BytesFrom, long PacketsFrom, long BytesTo, long PacketsTo, IReadOnlyList<long> Drops)
{
    public static PeerTotals Of(Peer peer)
    {
        var drops = new long[PeerCounters.Causes];
        long bytesFrom = 0, packetsFrom = 0, bytesTo = 0, packetsTo = 0;
        foreach (var counters in peer.Counters)
        {
            bytesFrom += Volatile.Read(ref counters.BytesFrom);
            packetsFrom += Volatile.Read(ref counters.PacketsFrom);
            bytesTo += Volatile.Read(ref counters.BytesTo);
            packetsTo += Volatile.Read(ref counters.PacketsTo);
            for (var i = 0; i < drops.Length; i++)
            {
                drops[i] += Volatile.Read(ref counters.Drops[i]);
            }
        }

        return new PeerTotals(peer.Uid, bytesFrom, packetsFrom, bytesTo, packetsTo, drops);
    }
}
