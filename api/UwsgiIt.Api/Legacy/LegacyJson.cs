using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UwsgiIt.Api.Legacy;

/// <summary>JSON as the original wrote it: ", " and ": " between, everything beyond ASCII escaped. Scripts grep for it.</summary>
internal static class LegacyJson
{
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                Join(map, '{', '}', text, static (pair, text) =>
                {
                    WriteText(pair.Key, text);
                    text.Append(": ");
                    Write(pair.Value, text);
                });
                break;
            case JsonArray list:
                Join(list, '[', ']', text, Write);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                WriteText(value.GetValue<string>(), text);
                break;
            default:
                text.Append(node.ToJsonString());
                break;
        }
    }

    private static void Join<T>(IEnumerable<T> items, char open, char close, StringBuilder text, Action<T, StringBuilder> write)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                text.Append(", ");
            }

            first = false;
            write(item, text);
        }

        text.Append(close);
    }

    private static void WriteText(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                >= ' ' and < '\x7f' => text.Append(letter),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
            };
        }

        text.Append('"');
    }
}
