using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Agents;

/// <summary>What was counted by name and by the container that served it, ever growing while the name is here. Not on the request path: nodes count for themselves, this looks.</summary>
internal sealed class NameCounts
{
    // The original's first container; below are the host's own users.
    private const uint FirstContainer = 30_001;

    private Dictionary<Node, long[]> _seen = [];
    private Dictionary<(string Name, uint Uid), long[]> _totals = [];
    private Dictionary<(string Name, uint Uid), long[]> _sent = [];

    /// <summary>Values of whoever is here now that the last <see cref="Sent"/> did not have; <c>Metric</c> is an index into <see cref="NameMetrics.Names"/>.</summary>
    public List<(string Name, uint Uid, int Metric, long Value)> Look(IEnumerable<Slot> slots)
    {
        var (seen, totals) = (new Dictionary<Node, long[]>(), new Dictionary<(string Name, uint Uid), long[]>());
        foreach (var slot in slots)
        {
            foreach (var node in slot.Nodes)
            {
                if (node.Sender is { UserId: >= FirstContainer } sender)
                {
                    var key = (slot.SniName, sender.UserId);
                    if (!totals.TryGetValue(key, out var total))
                    {
                        totals[key] = total = _totals.TryGetValue(key, out var before) ? [.. before] : new long[NameMetrics.Names.Count];
                    }

                    var now = NameMetrics.Of(node);
                    seen[node] = now;
                    AddGrowth(total, _seen.GetValueOrDefault(node), now);
                }
            }
        }

        (_seen, _totals) = (seen, totals);
        return Changed();
    }

    /// <summary>What the last look gave has arrived.</summary>
    public void Sent() => _sent = _totals;

    private static void AddGrowth(long[] total, long[]? before, long[] now)
    {
        for (var i = 0; i < total.Length; i++)
        {
            // Less than before: counted from nothing since.
            var old = before?[i] ?? 0;
            total[i] += now[i] >= old ? now[i] - old : now[i];
        }
    }

    private List<(string Name, uint Uid, int Metric, long Value)> Changed()
    {
        var changed = new List<(string Name, uint Uid, int Metric, long Value)>();
        foreach (var (key, total) in _totals)
        {
            var sent = _sent.GetValueOrDefault(key);
            for (var i = 0; i < total.Length; i++)
            {
                if (total[i] != (sent?[i] ?? 0))
                {
                    changed.Add((key.Name, key.Uid, i, total[i]));
                }
            }
        }

        return changed;
    }
}
