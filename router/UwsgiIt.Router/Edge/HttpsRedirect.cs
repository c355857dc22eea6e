using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Edge;

/// <summary>The answer to plain HTTP where https is wanted.</summary>
internal static class HttpsRedirect
{
    private const string ChallengePath = "/.well-known/acme-challenge";

    /// <summary>Certificates' challenges come by plain HTTP: they are how a name gets to https.</summary>
    public static bool IsChallenge(HttpContext context) => context.Request.Path.StartsWithSegments(ChallengePath);

    /// <summary>Permanent, and for methods other than GET and HEAD one that keeps method and body.</summary>
    public static void Answer(HttpContext context, int port)
    {
        var host = SubscriptionKeys.HostPart(context.Request.Headers.Host.ToString());
        var target = RequestTarget.OriginForm(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        context.Response.StatusCode = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? StatusCodes.Status301MovedPermanently : StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = port == 443 ? $"https://{host}{target}" : $"https://{host}:{port}{target}";
        context.Response.ContentLength = 0;
    }
}
