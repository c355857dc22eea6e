using System.Text.Json.Nodes;

namespace UwsgiIt.Api.Hosting;

/// <summary>RFC 9457 answers of the modern root.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    public static Task WriteAsync(HttpContext context, Fault fault)
    {
        if (fault.Kind == FaultKind.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"uwsgi.it\", Basic realm=\"uwsgi.it api\"";
        }

        var body = new JsonObject
        {
            ["type"] = $"urn:uwsgiit:problem:{SlugOf(fault.Kind)}",
            ["title"] = TitleOf(fault.Kind),
            ["status"] = (int)fault.Kind,
            ["detail"] = fault.Message,
            ["request_id"] = context.TraceIdentifier,
        };
        if (fault.Errors is { } errors)
        {
            body["errors"] = new JsonObject(errors.Select(static error => KeyValuePair.Create<string, JsonNode?>(error.Key, new JsonArray([.. error.Value.Select(static text => (JsonNode)text)]))));
        }

        context.Response.ContentType = ContentType;
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static string SlugOf(FaultKind kind) => TitleOf(kind).ToLowerInvariant().Replace(' ', '-');

    private static string TitleOf(FaultKind kind) => kind switch
    {
        FaultKind.BadRequest => "Bad request",
        FaultKind.Unauthorized => "Unauthorized",
        FaultKind.Forbidden => "Forbidden",
        FaultKind.NotFound => "Not found",
        FaultKind.MethodNotAllowed => "Method not allowed",
        FaultKind.Conflict => "Conflict",
        FaultKind.PreconditionFailed => "Precondition failed",
        FaultKind.TooLarge => "Too large",
        FaultKind.Unprocessable => "Idempotency key reused",
        FaultKind.PreconditionRequired => "Precondition required",
        FaultKind.TooManyRequests => "Too many requests",
        (FaultKind)500 => "Internal server error",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase((int)kind),
    };
}
