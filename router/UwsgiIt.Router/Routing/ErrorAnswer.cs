using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Routing;

/// <summary>Every answer the router makes by itself: a status, a length and a body. No request ends in silence.</summary>
internal sealed class ErrorAnswer
{
    private volatile FrozenDictionary<int, (byte[] Body, string Type)> _pages;

    public ErrorAnswer(IOptionsMonitor<RoutingOptions> options)
    {
        _pages = Load(options.CurrentValue);
        options.OnChange(changed => _pages = Load(changed));
    }

    /// <summary>Answers; the response must not have started.</summary>
    public Task WriteAsync(HttpContext context, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        var (body, type) = _pages.TryGetValue(status, out var page) ? page : Sentence(status);
        response.ContentType = type;
        response.ContentLength = body.Length;
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

        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, 0, body.Length);
    }

    private static FrozenDictionary<int, (byte[], string)> Load(RoutingOptions options) => options.ErrorPages.ToFrozenDictionary(
        static page => int.Parse(page.Key, CultureInfo.InvariantCulture),
        static page => (File.ReadAllBytes(page.Value), page.Value.EndsWith(".html", StringComparison.OrdinalIgnoreCase) ? "text/html; charset=utf-8"
            : page.Value.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "application/json" : "text/plain; charset=utf-8"));

    private static (byte[], string) Sentence(int status) =>
        (Encoding.ASCII.GetBytes($"{status} {ReasonPhrases.GetReasonPhrase(status)}\n"), "text/plain; charset=utf-8");
}
