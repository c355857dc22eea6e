using System.Net;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>What a policy may look at beside the nodes.</summary>
/// <param name="ClientAddress">The TCP peer; null for a unix listener.</param>
/// <param name="MaxInFlight">Most requests of a node at once; 0 for no limit.</param>
/// <param name="SlowStartMilliseconds">How long a new node's share grows; 0 gives it all at once.</param>
internal readonly record struct SelectionContext(IPAddress? ClientAddress, int MaxInFlight = 0, long SlowStartMilliseconds = 0)
{
    /// <summary>True when a request may be sent to the node now.</summary>
    public bool Admits(Node node) => node.IsLive && (MaxInFlight == 0 || node.InFlight < MaxInFlight);
}
