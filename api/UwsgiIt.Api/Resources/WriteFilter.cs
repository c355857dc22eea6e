using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Resources;

/// <summary>
/// Around every write of the modern root: 1 the answer of an Idempotency-Key seen before, 2 the transaction, 3 the handler, 4 the answer kept
/// under its key, 5 the commit; only then is the caller told. A dry run stops after 3.
/// </summary>
internal sealed class WriteFilter : IEndpointFilter
{
    private const string KeyHeader = "Idempotency-Key";
    private const int MaxKeyLength = 255;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var scope = http.RequestServices.GetRequiredService<WriteScope>();
        scope.DryRun = http.Request.Query["dry_run"].ToString() is "true" or "1";
        var key = HttpMethods.IsPost(http.Request.Method) && !scope.DryRun ? ReadKey(http) : null;
        var hash = key is null ? null : HashOf(http, context.Arguments);
        var db = http.RequestServices.GetRequiredService<ApiContext>();
        var result = await scope.RunAsync(
            async () =>
            {
                // Inside the transaction: a second request with the key waits for the first one's end.
                if (key is not null && await db.IdempotencyKeys.FindAsync([key], http.RequestAborted) is { } known)
                {
                    return known.RequestHash == hash ? Again(known) : throw new Fault(FaultKind.Unprocessable, "This Idempotency-Key came with another request before.");
                }

                return (ApiResult)(await next(context))!;
            },
            result =>
            {
                result.Version = scope.Version > 0 ? scope.Version : result.Version;
                if (key is not null && result.Body is null)
                {
                    db.IdempotencyKeys.Add(new IdempotencyKey { Id = key, RequestHash = hash!, Status = result.Status, Body = result.ToJson(), Location = result.Location, ETag = result.ETag, Version = result.Version, Unix = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds() });
                }

                return Task.CompletedTask;
            });
        return scope.DryRun ? Describe(scope, result) : result;
    }

    private static ApiResult Again(IdempotencyKey known) => new(known.Status) { Body = known.Body ?? "", Location = known.Location, ETag = known.ETag, Version = known.Version };

    private static ApiResult Describe(WriteScope scope, ApiResult result) => new(StatusCodes.Status200OK, new DryRunResult
    {
        Changes = [.. scope.Changes.Select(static change => new DryRunChange { Kind = change.Entity.GetType().Name.ToLowerInvariant(), Action = change.Action, Before = Parse(change.Before), After = Parse(change.After) })],
        Restarts = scope.Changes.Any(static change => change.Entity is Containers.Container && change is { Before: not null, After: { } after } && after.Contains("\"Reboots\"", StringComparison.Ordinal)),
        Result = result.ToJson() is { Length: > 0 } json ? Parse(json) : null,
    });

    private static JsonElement? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);

    private static string? ReadKey(HttpContext http)
    {
        var text = http.Request.Headers[KeyHeader].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        var caller = http.RequestServices.GetRequiredService<Caller>();
        return text.Length <= MaxKeyLength ? Hex($"{caller.UserId}\n{caller.ServerId}\n{text}") : throw Fault.BadRequest($"{KeyHeader} is longer than {MaxKeyLength} characters");
    }

    // The body as it was understood: spacing and the order of names do not make another request.
    private static string HashOf(HttpContext http, IList<object?> arguments) =>
        Hex($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n{string.Join('\n', arguments.Where(static argument => argument?.GetType().Namespace == typeof(ApiJson).Namespace).Select(static argument => JsonSerializer.Serialize(argument, argument!.GetType(), ApiJson.Options)))}");

    private static string Hex(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
