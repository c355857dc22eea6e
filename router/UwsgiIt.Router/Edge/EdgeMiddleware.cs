using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Routing;

namespace UwsgiIt.Router.Edge;

/// <summary>The first look at a request, before anything is routed: 1 its name's policy, 2 what no backend shall see, 3 who the client is, 4 the name's rules.</summary>
internal sealed class EdgeMiddleware(RequestDelegate next, NamePolicies policies, TrustedProxies trusted, PolicyRules rules, ErrorAnswer answer, RouterMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        // 1.
        var policy = policies.Choose(context);

        // 2.
        var refusal = RequestCheck.Check(context, policy);
        if (refusal != RequestRefusal.None)
        {
            return RefuseAsync(context, refusal);
        }

        // 3.
        if (trusted.Any)
        {
            trusted.Apply(context);
        }

        // 4.
        return policy.HasRules ? ApplyRulesAsync(context, policy) : next(context);
    }

    private async Task ApplyRulesAsync(HttpContext context, NamePolicy policy)
    {
        if (await rules.PassesAsync(context, policy))
        {
            await next(context);
        }
    }

    private Task RefuseAsync(HttpContext context, RequestRefusal refusal)
    {
        metrics.RequestRefused(refusal.ToString());
        return answer.WriteAsync(context, refusal switch
        {
            RequestRefusal.Method => StatusCodes.Status405MethodNotAllowed,
            _ => StatusCodes.Status400BadRequest,
        });
    }
}
