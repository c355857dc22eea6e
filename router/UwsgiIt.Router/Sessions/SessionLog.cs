using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Sessions;

/// <summary>One JSON line per session in the access log, when it is over; nothing while the log is off.</summary>
internal sealed class SessionLog(AccessLogWriter writer, IOptions<AccessLogOptions> options, TimeProvider time)
{
    public void Write(ConnectionContext connection, string key, SessionTrace trace, SessionRefusal? refusal, TimeSpan elapsed)
    {
        if (options.Value.Path is null)
        {
            return;
        }

        var buffer = new LineBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("id", connection.ConnectionId);
            json.WriteString("client", (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString());
            json.WriteString("listener", connection.LocalEndPoint?.ToString());
            json.WriteString("key", key);
            json.WriteString("refused", refusal?.ToString());
            json.WriteNumber("request_bytes", trace.Received);
            json.WriteNumber("response_bytes", trace.Sent);
            json.WriteNumber("duration_us", (long)elapsed.TotalMicroseconds);
            json.WriteString("upstream", trace.Upstream);
            json.WriteNumber("attempts", trace.Attempts);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        writer.Write(buffer.Detach());
    }
}
