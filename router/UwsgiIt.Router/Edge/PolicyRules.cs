using System.Globalization;
using System.Threading.RateLimiting;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Routing;
using UwsgiIt.Router.Subscriptions;
using Microsoft.AspNetCore.Http.Features;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// The rules of a name that has any, cheapest first: 1 who may come at all, 2 how often, 3 maintenance, 4 https, 5 who it is. Certificates'
/// challenges pass the last three: they are how a name gets to https.
/// </summary>
internal sealed class PolicyRules(ErrorAnswer answer, ForwardAuth forwardAuth, PublicKeyStore customers, RouterMetrics metrics)
{
    /// <summary>True when the request goes on; else it is answered.</summary>
    public async ValueTask<bool> PassesAsync(HttpContext context, NamePolicy policy)
    {
        // 1.
        var client = context.Connection.RemoteIpAddress;
        if (policy.Denied.Contains(client) || (!policy.Allowed.IsEmpty && !policy.Allowed.Contains(client)))
        {
            return await RefuseAsync(context, RequestRefusal.Address, StatusCodes.Status403Forbidden);
        }

        // 2.
        if (TakeTurn(context, policy) is { } retryAfter)
        {
            return await RefuseRateAsync(context, retryAfter);
        }

        if (HttpsRedirect.IsChallenge(context))
        {
            return true;
        }

        // 3.
        if (policy.Maintenance)
        {
            return await RefuseAsync(context, RequestRefusal.Maintenance, StatusCodes.Status503ServiceUnavailable);
        }

        // 4.
        if (policy.RedirectToHttps && !context.Request.IsHttps)
        {
            HttpsRedirect.Answer(context, policy.HttpsPort);
            return false;
        }

        // 5.
        if (policy.Users is { } users && !await IsUserAsync(context, users))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"restricted\", charset=\"UTF-8\"";
            return await RefuseAsync(context, RequestRefusal.Authentication, StatusCodes.Status401Unauthorized);
        }

        if (policy.ForwardAuth is null)
        {
            return true;
        }

        var (mayPass, status) = await forwardAuth.AskAsync(context, policy);
        return mayPass || (status != 0 && await RefuseAsync(context, RequestRefusal.Authentication, status));
    }

    /// <summary>The same for what only the slot tells: whose name it is, and what its announces ask for.</summary>
    public async ValueTask<bool> PassesAsync(HttpContext context, NamePolicy policy, Slot slot)
    {
        if (policy.CustomerRate is { } byCustomer && customers.CustomerOf(slot) is { } customer)
        {
            using var lease = byCustomer.AttemptAcquire(customer);
            if (!lease.IsAcquired)
            {
                return await RefuseRateAsync(context, After(lease));
            }
        }

        if (slot.ForcesHttps && !context.Request.IsHttps && !HttpsRedirect.IsChallenge(context))
        {
            HttpsRedirect.Answer(context, policy.HttpsPort);
            return false;
        }

        return true;
    }

    private static async ValueTask<bool> IsUserAsync(HttpContext context, BasicUsers users)
    {
        var authorization = context.Request.Headers.Authorization.ToString();

        // A hash that costs what it should would stop a loop and all its connections: elsewhere, then.
        var isUser = authorization.Length > 0 && (users.IsKnown(authorization) || await Task.Run(() => users.Verify(authorization)));
        if (isUser)
        {
            // Meant for us. What a backend does not know it cannot lose.
            context.Request.Headers.Remove("Authorization");
        }

        return isUser;
    }

    /// <summary>Null when it is the client's turn, else when to ask again.</summary>
    private static TimeSpan? TakeTurn(HttpContext context, NamePolicy policy)
    {
        if (policy.AddressRate is { } byAddress && context.Connection.RemoteIpAddress is { } address)
        {
            using var lease = byAddress.AttemptAcquire(ClientKey.Of(address));
            if (!lease.IsAcquired)
            {
                return After(lease);
            }
        }

        if (policy.NameRate is { } byName)
        {
            using var lease = byName.AttemptAcquire(policy.RateGroup ?? SubscriptionKeys.HostPart(context.Request.Headers.Host.ToString()).TrimEnd('.').ToLowerInvariant());
            if (!lease.IsAcquired)
            {
                return After(lease);
            }
        }

        return null;
    }

    private static TimeSpan After(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);

    private async ValueTask<bool> RefuseRateAsync(HttpContext context, TimeSpan retryAfter)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return await RefuseAsync(context, RequestRefusal.Rate, StatusCodes.Status429TooManyRequests);
    }

    private async ValueTask<bool> RefuseAsync(HttpContext context, RequestRefusal refusal, int status)
    {
        metrics.RequestRefused(refusal.ToString());
        await answer.WriteAsync(context, status);
        return false;
    }
}
