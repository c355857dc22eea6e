using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Routing;

/// <summary>A subscribed name's request: Host → slot. A route the operator configured goes before.</summary>
internal sealed class SubscribedHostMiddleware(RequestDelegate next, SubscriptionRegistry registry, SlotForwarder forwarder, NamePolicies policies, PolicyRules rules, ErrorAnswer answer)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not null)
        {
            return next(context);
        }

        var slot = registry.Find(context.Request.Headers.Host.ToString(), context.Request.Path.Value);
        if (slot is null)
        {
            return answer.WriteAsync(context, StatusCodes.Status404NotFound);
        }

        slot.CountHit();
        var policy = policies.Of(context);
        return policy.CustomerRate is null && !slot.ForcesHttps ? forwarder.ForwardAsync(context, slot) : ApplyRulesAsync(context, slot, policy);
    }

    private async Task ApplyRulesAsync(HttpContext context, Slot slot, NamePolicy policy)
    {
        if (await rules.PassesAsync(context, policy, slot))
        {
            await forwarder.ForwardAsync(context, slot);
        }
    }
}
