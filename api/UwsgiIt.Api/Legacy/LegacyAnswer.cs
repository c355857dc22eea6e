using System.Text.Json.Nodes;

namespace UwsgiIt.Api.Legacy;

/// <summary>An answer of the legacy root, sent once its transaction is on disk.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Json">The body, or null for <paramref name="Text"/>.</param>
/// <param name="Text">A body that is not JSON.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="NewlineForCurl">Lists and details end with a newline when curl asks; messages do not.</param>
internal sealed record LegacyAnswer(int Status, JsonNode? Json, string? Text = null, string ContentType = "application/json", bool NewlineForCurl = false)
{
    private const string Html = "text/html; charset=utf-8";

    /// <summary>Further headers.</summary>
    public Dictionary<string, string>? Headers { get; init; }

    public static LegacyAnswer Document(JsonNode json, int status = 200) => new(status, json, NewlineForCurl: true);

    public static LegacyAnswer Message(string message, int status = 200) => new(status, new JsonObject { ["message"] = message });

    public static LegacyAnswer Plain(string text, int status = 200, string contentType = Html) => new(status, null, text, contentType);

    public static LegacyAnswer List<T>(IEnumerable<T> rows, Func<T, JsonNode> view) => Document(new JsonArray([.. rows.Select(view)]));

    public async Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        foreach (var (name, value) in Headers ?? [])
        {
            response.Headers[name] = value;
        }

        var body = Json is null ? Text! : LegacyJson.Write(Json);
        await response.WriteAsync(NewlineForCurl && context.Request.Headers.UserAgent.ToString().Contains("curl/", StringComparison.Ordinal) ? body + "\n" : body, context.RequestAborted);
    }
}
