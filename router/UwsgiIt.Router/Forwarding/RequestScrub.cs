using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Forwarding;

/// <summary>Where YARP writes the request, or its transforms see it, the headers are judged before; our own codecs judge as they write.</summary>
internal sealed class RequestScrub(NamePolicies policies, RouterMetrics metrics)
{
    /// <summary>Takes off what no upstream shall see; false refuses the request.</summary>
    public bool TryApply(HttpContext context)
    {
        var refusal = RequestHeaderRules.RemoveUntrusted(context.Request.Headers, policies.Of(context).Underscores, out var dropped);
        if (dropped > 0)
        {
            metrics.HeadersDropped(dropped);
        }

        if (refusal != RequestRefusal.None)
        {
            metrics.RequestRefused(refusal.ToString());
        }

        return refusal == RequestRefusal.None;
    }
}
