using System.Net;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>What a policy may look at beside the nodes.</summary>
/// <param name="ClientAddress">The TCP peer; null for a unix listener.</param>
internal readonly record struct SelectionContext(IPAddress? ClientAddress);
