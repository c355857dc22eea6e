using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>
/// Smooth weighted round robin: every turn each candidate earns its weight, the richest is chosen and pays what all earned together.
/// Over one cycle the counts equal the weights exactly, and no node gets its share in one burst.
/// </summary>
internal sealed class WeightedRoundRobinPolicy : ILoadBalancingPolicy
{
    // Weights are announced as u64; beyond this a share no longer matters and sums could overflow.
    private const ulong MaxWeight = 1 << 20;
    private const long FullShare = 64;

    // Held for a walk over a few nodes. Without it two requests could both see the same richest node and the weights would drift.
    private SpinLock _turn = new(enableThreadOwnerTracking: false);

    public Node? Select(Node[] nodes, in SelectionContext context, Node? tried)
    {
        if (nodes.Length == 1)
        {
            var only = nodes[0];
            return context.Admits(only) && only != tried ? only : null;
        }

        if (!LoadBalancingPolicies.TryGetLevel(nodes, tried, context, out var level))
        {
            return null;
        }

        var taken = false;
        try
        {
            _turn.Enter(ref taken);
            return SelectRichest(nodes, level, tried, context);
        }
        finally
        {
            if (taken)
            {
                _turn.Exit();
            }
        }
    }

    /// <summary>The node's weight, in sixty-fourths while shares grow, so that a weight of one can be less.</summary>
    private static long WeightOf(Node node, long slowStart)
    {
        var weight = (long)Math.Min(node.Weight, MaxWeight);
        return slowStart == 0 ? weight : weight * Math.Clamp((Environment.TickCount64 - node.LiveSince) * FullShare / slowStart, 1, FullShare);
    }

    private static Node? SelectRichest(Node[] nodes, ulong level, Node? tried, in SelectionContext context)
    {
        Node? richest = null;
        var earned = 0L;
        foreach (var node in nodes)
        {
            if (node.Backup != level || !context.Admits(node) || node == tried)
            {
                continue;
            }

            var weight = WeightOf(node, context.SlowStartMilliseconds);
            node.Credit += weight;
            earned += weight;
            if (richest is null || node.Credit > richest.Credit)
            {
                richest = node;
            }
        }

        if (richest is not null)
        {
            richest.Credit -= earned;
        }

        return richest;
    }
}
