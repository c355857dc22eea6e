using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Agents;

/// <summary>Requests by name and by the container that served them, ever growing while the name is here. Not on the request path: nodes count for themselves, this looks.</summary>
internal sealed class HitCounts
{
    // The original's first container; below are the host's own users.
    private const uint FirstContainer = 30_001;

    private Dictionary<Node, long> _seen = [];
    private Dictionary<(string Name, uint Uid), long> _totals = [];
    private Dictionary<(string Name, uint Uid), long> _sent = [];

    /// <summary>Counts of whoever is here now that the last <see cref="Sent"/> did not have.</summary>
    public List<(string Name, uint Uid, long Hits)> Look(IEnumerable<Slot> slots)
    {
        var (seen, totals) = (new Dictionary<Node, long>(), new Dictionary<(string Name, uint Uid), long>());
        foreach (var slot in slots)
        {
            foreach (var node in slot.Nodes)
            {
                if (node.Sender is { UserId: >= FirstContainer } sender)
                {
                    var (key, requests) = ((slot.SniName, sender.UserId), node.Requests);
                    totals[key] = (totals.TryGetValue(key, out var so) ? so : _totals.GetValueOrDefault(key)) + requests - _seen.GetValueOrDefault(node);
                    seen[node] = requests;
                }
            }
        }

        (_seen, _totals) = (seen, totals);
        return [.. totals.Where(pair => pair.Value != _sent.GetValueOrDefault(pair.Key)).Select(static pair => (pair.Key.Name, pair.Key.Uid, pair.Value))];
    }

    /// <summary>What the last look gave has arrived.</summary>
    public void Sent() => _sent = _totals;
}
