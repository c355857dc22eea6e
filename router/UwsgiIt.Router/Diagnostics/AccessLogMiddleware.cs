using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Routing;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>One JSON line per request, when its response is done. Not in the pipeline at all while the log is off.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, AccessLogWriter writer, IOptionsMonitor<AccessLogOptions> options, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var trace = new RequestTrace();
        context.Features.Set(trace);
        try
        {
            await next(context);
        }
        finally
        {
            writer.Write(Format(context, trace, Stopwatch.GetElapsedTime(started)));
        }
    }

    private ArraySegment<byte> Format(HttpContext context, RequestTrace trace, TimeSpan elapsed)
    {
        var buffer = new LineBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var request = context.Request;
            var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
            var question = options.CurrentValue.IncludeQuery ? -1 : target.IndexOf('?', StringComparison.Ordinal);
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("id", context.TraceIdentifier);
            json.WriteString("client", context.Connection.RemoteIpAddress?.ToString());
            json.WriteString("method", request.Method);
            json.WriteString("host", request.Headers.Host.ToString());
            json.WriteString("path", question < 0 ? target : target.AsSpan(0, question));
            json.WriteString("protocol", request.Protocol);
            json.WriteBoolean("tls", request.IsHttps);
            json.WriteNumber("status", context.Response.StatusCode);
            if (request.ContentLength is { } received)
            {
                json.WriteNumber("request_bytes", received);
            }

            if (context.Response.ContentLength is { } sent)
            {
                json.WriteNumber("response_bytes", sent);
            }

            json.WriteNumber("duration_us", (long)elapsed.TotalMicroseconds);
            json.WriteString("upstream", trace.Upstream);
            json.WriteNumber("attempts", trace.Attempts);
            json.WriteBoolean("aborted", context.RequestAborted.IsCancellationRequested);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.Detach();
    }
}
