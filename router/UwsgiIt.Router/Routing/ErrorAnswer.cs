using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Routing;

/// <summary>Every answer the router makes by itself: a status, a length and a body. No request ends in silence.</summary>
internal sealed class ErrorAnswer
{
    private readonly NamePolicies _policies;
    private volatile ErrorPages _pages;

    public ErrorAnswer(IOptionsMonitor<RoutingOptions> options, NamePolicies policies)
    {
        _policies = policies;
        _pages = ErrorPages.Load(options.CurrentValue.ErrorPages);
        options.OnChange(changed => _pages = ErrorPages.Load(changed.ErrorPages));
    }

    /// <summary>Answers; the response must not have started.</summary>
    public Task WriteAsync(HttpContext context, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        var page = _policies.Of(context).ErrorPages.TryGet(status, out var own) ? own : _pages.TryGet(status, out var common) ? common : Sentence(status);
        response.ContentType = page.Type;
        response.ContentLength = page.Body.Length;
        response.Headers.CacheControl = "no-store";
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "10";
        }

        if (status is StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status431RequestHeaderFieldsTooLarge
            && (Microsoft.AspNetCore.Http.HttpProtocol.IsHttp11(context.Request.Protocol) || Microsoft.AspNetCore.Http.HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            // What follows such a request on the connection is not to be trusted.
            response.Headers.Connection = "close";
        }

        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(page.Body, 0, page.Body.Length);
    }

    private static ErrorPage Sentence(int status) =>
        new(Encoding.ASCII.GetBytes($"{status} {ReasonPhrases.GetReasonPhrase(status)}\n"), "text/plain; charset=utf-8");
}
