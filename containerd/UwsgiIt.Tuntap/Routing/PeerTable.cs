using System.Net;
using System.Numerics;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Routing;

/// <summary>
/// Who has which address: an immutable snapshot, swapped whole. Both addresses of a container differ from their block's by the same offset,
/// so one look-up in one table serves both families.
/// </summary>
internal sealed class PeerTable
{
    private readonly Entry[] _entries;
    private readonly int _shift;

    public PeerTable(HostFirewall host, Peer? gateway, IReadOnlyCollection<Peer> peers)
    {
        Host = host;
        Gateway = gateway;
        Peers = peers;

        // At most half full, so that a chain of probes is short.
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, 2 * (peers.Count + host.Remotes.Count)));
        _shift = 32 - BitOperations.Log2((uint)size);
        _entries = new Entry[size];
        foreach (var (offset, router) in host.Remotes)
        {
            var isKernels = router.Equals(HostFirewall.Kernel);
            if (!isKernels || gateway is not null)
            {
                Insert(isKernels ? new Entry(offset, gateway, null) : new Entry(offset, null, router));
            }
        }

        // A container that is here is here, whatever an old list of the others says.
        foreach (var peer in peers)
        {
            Insert(new Entry(peer.Offset, peer, null));
        }
    }

    public HostFirewall Host { get; }

    public Peer? Gateway { get; }

    public IReadOnlyCollection<Peer> Peers { get; }

    /// <summary>The container with the offset, or the router of the server it is on, or the gateway when the host's kernel leads there; neither when nobody has it.</summary>
    public bool TryFind(uint offset, out Peer? peer, out IPEndPoint? router)
    {
        var entries = _entries;
        for (var at = Slot(offset); ; at = (at + 1) & (entries.Length - 1))
        {
            ref readonly var entry = ref entries[at];
            if (entry.Offset == offset || entry.IsEmpty)
            {
                peer = entry.Peer;
                router = entry.Router;
                return !entry.IsEmpty;
            }
        }
    }

    private void Insert(Entry entry)
    {
        var at = Slot(entry.Offset);
        while (!_entries[at].IsEmpty && _entries[at].Offset != entry.Offset)
        {
            at = (at + 1) & (_entries.Length - 1);
        }

        _entries[at] = entry;
    }

    // Fibonacci hashing: neighbouring offsets land far apart.
    private int Slot(uint offset) => (int)((offset * 2654435769u) >> _shift);

    private readonly record struct Entry(uint Offset, Peer? Peer, IPEndPoint? Router)
    {
        public bool IsEmpty => Peer is null && Router is null;
    }
}
