using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Subscriptions;

// Taking the set out and putting it back.
internal sealed partial class SubscriptionRegistry
{
    /// <summary>Every node that has not left.</summary>
    public IEnumerable<SnapshotNode> Export()
    {
        foreach (var slot in Slots)
        {
            foreach (var node in slot.Nodes)
            {
                if (!node.HasLeft)
                {
                    yield return ToSnapshot(slot, node);
                }
            }
        }
    }

    /// <summary>Puts a node back as it was. False when its address cannot be read or the registry is full.</summary>
    public bool Import(SnapshotNode snapshot)
    {
        UpstreamAddress? address = null;
        if (snapshot.Packet.Address is { } text && !UpstreamAddress.TryParse(text, out address))
        {
            return false;
        }

        lock (_change)
        {
            if (Subscribe(new Subscription(snapshot.Packet, address, snapshot.Sender, snapshot.IsTrusted)) == SubscriptionOutcome.LimitReached)
            {
                return false;
            }

            if (_slots.TryGetValue(snapshot.Packet.Key, out var slot) && FindNode(slot, snapshot.Packet) is { } node)
            {
                node.LastCheckSeconds = snapshot.LastCheckSeconds;
            }

            return true;
        }
    }

    private static SnapshotNode ToSnapshot(Slot slot, Node node)
    {
        var upstream = node.Upstream;
        return new SnapshotNode(
            new SubscriptionPacket
            {
                Command = SubscriptionCommand.Subscribe,
                Key = slot.Key,
                Address = upstream?.Address.Text,
                Vassal = node.Vassal,
                Modifier1 = upstream?.Modifier1 ?? 0,
                Modifier2 = upstream?.Modifier2 ?? 0,
                Protocol = upstream?.Protocol ?? UpstreamProtocol.Uwsgi,
                Algorithm = slot.Algorithm,
                Cores = node.Cores,
                Load = node.Load,
                Weight = node.Weight,
                Backup = node.Backup,
                ForcesHttps = node.ForcesHttps,
                Drains = node.Draining.HasFlag(DrainReasons.Announce),
                Sni = slot.Sni,
            },
            node.Sender,
            node.IsTrusted,
            node.LastCheckSeconds);
    }
}
