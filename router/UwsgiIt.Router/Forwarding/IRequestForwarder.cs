namespace UwsgiIt.Router.Forwarding;

/// <summary>The one way a request reaches an upstream, for subscribed nodes and for YARP's static routes alike.</summary>
internal interface IRequestForwarder
{
    /// <summary>
    /// Sends the request to <paramref name="upstream"/> and streams its answer back. Never throws for what a client or an upstream did.
    /// While the outcome is one that may be answered, the response has not started and no response header is left set.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="upstream">Where it goes.</param>
    /// <param name="transformed">What the transforms of a static route made of it; null for every other request.</param>
    ValueTask<ForwardOutcome> ForwardAsync(HttpContext context, Upstream upstream, TransformedRequest? transformed = null);
}
