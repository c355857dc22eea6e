using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>Chooses a node. Called by many requests at once; allocates nothing.</summary>
internal interface ILoadBalancingPolicy
{
    /// <summary>A live node, or null when none is left. <paramref name="tried"/> just failed and is passed over.</summary>
    Node? Select(Node[] nodes, in SelectionContext context, Node? tried);
}
