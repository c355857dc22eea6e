namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>How a slot spreads requests over its nodes, from the packet's <c>algo</c> variable; an unknown word means the router's default.</summary>
public enum BalancingAlgorithm
{
    /// <summary>Weighted round robin ("wrr").</summary>
    WeightedRoundRobin = 0,

    /// <summary>Fewest requests in flight ("lrc").</summary>
    LeastInFlight = 1,

    /// <summary>Fewest requests in flight per unit of weight ("wlrc").</summary>
    WeightedLeastInFlight = 2,

    /// <summary>By the client's address ("iphash").</summary>
    IpHash = 3,
}
