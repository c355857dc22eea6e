using System.Net.Http.Json;
using System.Text.Json;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>An alarm as each channel wants it.</summary>
internal static class AlarmMessages
{
    /// <summary>One for each channel that is complete: its name, and how to make the request (again, for a second try).</summary>
    public static IEnumerable<(string Channel, Func<HttpRequestMessage> Make)> Of(AlarmTargets targets, SpooledAlarm alarm, AlarmOptions options)
    {
        if (targets is { PushoverUser: { } user, PushoverToken: { } token })
        {
            var fields = new Dictionary<string, string> { ["token"] = token, ["user"] = user, ["message"] = alarm.Msg };
            if (targets.PushoverSound is { } sound)
            {
                fields["sound"] = sound;
            }

            yield return ("pushover", () => new HttpRequestMessage(HttpMethod.Post, options.PushoverAddress) { Content = new FormUrlEncodedContent(fields) });
        }

        if (targets.PushbulletToken is { } key)
        {
            yield return ("pushbullet", () =>
            {
                var request = Json(options.PushbulletAddress, writer =>
                {
                    writer.WriteString("type", "note");
                    writer.WriteString("title", $"container {alarm.Container}");
                    writer.WriteString("body", alarm.Msg);
                });
                request.Headers.Add("Access-Token", key);
                return request;
            });
        }

        if (targets.SlackWebhook is { } slack)
        {
            yield return ("slack", () => Json(slack, writer => writer.WriteString("text", alarm.Msg)));
        }

        if (targets.Webhook is { } webhook)
        {
            yield return ("webhook", () => new HttpRequestMessage(HttpMethod.Post, webhook) { Content = JsonContent.Create(alarm, AlarmJson.Default.SpooledAlarm) });
        }
    }

    private static HttpRequestMessage Json(string address, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(text.ToArray()) { Headers = { ContentType = new("application/json") } } };
    }
}
