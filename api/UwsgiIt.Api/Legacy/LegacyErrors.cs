using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Legacy;

/// <summary>Errors of the legacy root: always an object with <c>error</c> for customers, text for hosts.</summary>
internal static class LegacyErrors
{
    /// <summary>Reason of a 403 that is told as text: a certificate, but not one of ours to serve.</summary>
    public const string PlainForbidden = "Forbidden\n";

    public static Task WriteAsync(HttpContext context, Fault fault)
    {
        var path = context.Request.Path;
        SetReason(context, (int)fault.Kind);
        if (!path.StartsWithSegments("/api/news") && !IsHostPath(path))
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
        }

        if (fault.Kind == FaultKind.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"uwsgi.it api\"";
        }

        var asText = (IsHostPath(path) && (fault.Message != "Forbidden" || fault.Kind != FaultKind.Forbidden)) || (path.StartsWithSegments("/api/metrics") && fault.Kind == FaultKind.Forbidden);
        if (asText)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync(WordOf(fault.Kind) + "\n");
        }

        var body = new JsonObject { ["error"] = WordOf(fault.Kind) };
        if (fault.Message is Capacity.NotEnoughMemory or Capacity.NotEnoughStorage)
        {
            body["reason"] = fault.Message;
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(LegacyJson.Write(body));
    }

    /// <summary>A client's test looks for the original's upper case.</summary>
    public static void SetReason(HttpContext context, int status)
    {
        if (status is 403 or 404 && context.Features.Get<IHttpResponseFeature>() is { } response)
        {
            response.ReasonPhrase = status == 403 ? "FORBIDDEN" : "NOT FOUND";
        }
    }

    private static bool IsHostPath(PathString path) => path.StartsWithSegments("/api/private") || path.StartsWithSegments("/api/privileged");

    private static string WordOf(FaultKind kind) => kind switch
    {
        FaultKind.BadRequest => "Bad request",
        FaultKind.Unauthorized => "Unauthorized",
        FaultKind.Forbidden => "Forbidden",
        FaultKind.NotFound => "Not found",
        FaultKind.MethodNotAllowed => "Method not allowed",
        FaultKind.Conflict => "Conflict",
        FaultKind.TooLarge => "Request entity too large",
        FaultKind.RangeNotSatisfiable => "Requested Range Not Satisfiable",
        FaultKind.TooManyRequests => "Too many requests",
        _ => "Internal server error",
    };
}
