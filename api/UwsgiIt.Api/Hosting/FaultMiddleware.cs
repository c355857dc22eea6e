using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Legacy;

namespace UwsgiIt.Api.Hosting;

/// <summary>From refusal to answer, plain JSON on the legacy root and problem details on the modern one; our own faults are logged and told as 500.</summary>
internal sealed partial class FaultMiddleware(RequestDelegate next, ILogger<FaultMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } && context.Request.Path.StartsWithSegments("/v1"))
            {
                // The framework's own refusals, such as 415, come without a body.
                await AnswerAsync(context, new Fault((FaultKind)context.Response.StatusCode, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(context.Response.StatusCode)));
            }
        }
        catch (Fault fault)
        {
            await AnswerAsync(context, fault);
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(context, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Fault.TooLarge() : new Fault(FaultKind.BadRequest, e.InnerException is System.Text.Json.JsonException json ? $"The body is not what is wanted here{(json.Path is { } path ? $": look at {path}" : "")}" : e.Message));
        }
        catch (DbUpdateException e) when (IsUniqueViolation(e))
        {
            // Checked before, so this is the backstop against another process on the same database.
            await AnswerAsync(context, Fault.Conflict("Conflict"));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e)
        {
            Log.Failed(logger, e, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            if (context.Response.HasStarted)
            {
                throw;
            }

            await AnswerAsync(context, new Fault((FaultKind)500, "Internal server error"));
        }
    }

    private static bool IsUniqueViolation(DbUpdateException e) => e.InnerException switch
    {
        Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 19 } => true,
        Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation or Npgsql.PostgresErrorCodes.ForeignKeyViolation } => true,
        _ => false,
    };

    private static Task AnswerAsync(HttpContext context, Fault fault)
    {
        if (context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        context.Response.StatusCode = (int)fault.Kind;
        if (fault.RetryAfterSeconds is { } seconds)
        {
            headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return context.Request.Path.StartsWithSegments("/v1") ? Problems.WriteAsync(context, fault) : LegacyErrors.WriteAsync(context, fault);
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.RequestFailed, LogLevel.Error, "{Method} {Path} failed, request {RequestId}.")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string path, string requestId);
    }
}
