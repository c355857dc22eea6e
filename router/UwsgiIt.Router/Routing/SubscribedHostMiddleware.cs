using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Routing;

/// <summary>A subscribed name's request: Host → slot. A route the operator configured goes before.</summary>
internal sealed class SubscribedHostMiddleware(RequestDelegate next, SubscriptionRegistry registry, SlotForwarder forwarder, ErrorAnswer answer)
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
        return forwarder.ForwardAsync(context, slot);
    }
}
