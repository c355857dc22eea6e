using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>Policies by name, and what they share: who may be chosen at all.</summary>
internal static class LoadBalancingPolicies
{
    /// <summary>A new policy; round robin keeps state, so each slot has its own.</summary>
    public static ILoadBalancingPolicy Create(BalancingAlgorithm algorithm) => algorithm switch
    {
        BalancingAlgorithm.LeastInFlight => LeastInFlightPolicy.Unweighted,
        BalancingAlgorithm.WeightedLeastInFlight => LeastInFlightPolicy.Weighted,
        BalancingAlgorithm.IpHash => IpHashPolicy.Instance,
        _ => new WeightedRoundRobinPolicy(),
    };

    /// <summary>The lowest backup level that has a live node; false when there is none.</summary>
    public static bool TryGetLevel(Node[] nodes, Node? tried, in SelectionContext context, out ulong level)
    {
        level = ulong.MaxValue;
        var found = false;
        foreach (var node in nodes)
        {
            if (context.Admits(node) && node != tried && (!found || node.Backup < level))
            {
                level = node.Backup;
                found = true;
            }
        }

        return found;
    }
}
