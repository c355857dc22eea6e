using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>
/// Fewest requests in flight, or fewest per unit of weight. Among equals the one with fewest requests since its announce, so idle nodes
/// take turns.
/// </summary>
internal sealed class LeastInFlightPolicy : ILoadBalancingPolicy
{
    public static readonly LeastInFlightPolicy Unweighted = new(weighted: false);
    public static readonly LeastInFlightPolicy Weighted = new(weighted: true);

    private readonly bool _weighted;

    private LeastInFlightPolicy(bool weighted) => _weighted = weighted;

    public Node? Select(Node[] nodes, in SelectionContext context, Node? tried)
    {
        if (!LoadBalancingPolicies.TryGetLevel(nodes, tried, context, out var level))
        {
            return null;
        }

        Node? best = null;
        foreach (var node in nodes)
        {
            if (node.Backup == level && context.Admits(node) && node != tried && (best is null || IsBetter(node, best)))
            {
                best = node;
            }
        }

        return best;
    }

    private bool IsBetter(Node node, Node best)
    {
        // a/w < b/v without division: a*v < b*w. In-flight counts and weights both stay far below 2^64.
        var (weight, bestWeight) = _weighted ? ((UInt128)node.Weight, (UInt128)best.Weight) : (1, 1);
        var load = (UInt128)(uint)node.InFlight * bestWeight;
        var bestLoad = (UInt128)(uint)best.InFlight * weight;
        return load != bestLoad
            ? load < bestLoad
            : (UInt128)(ulong)node.LastRequests * bestWeight < (UInt128)(ulong)best.LastRequests * weight;
    }
}
