using System.Globalization;
using System.Text.Json.Nodes;

namespace UwsgiIt.Cli.Api;

/// <summary>
/// Fields on the command line: <c>name=value</c>. Whole numbers, true and false are taken as such; <c>name:=text</c> is text whatever it looks like;
/// <c>name[]=a</c>, once an item, is a list; <c>name=@FILE</c> is a file's text.
/// </summary>
internal static class Fields
{
    public static JsonObject Parse(IEnumerable<string> fields)
    {
        var body = new JsonObject();
        foreach (var field in fields)
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new UsageException($"{field} is not name=value");
            }

            var (name, value) = (field[..equals], field[(equals + 1)..]);
            var text = value.StartsWith('@') ? File.ReadAllText(value[1..]).TrimEnd('\n') : value;
            if (name.EndsWith("[]", StringComparison.Ordinal))
            {
                var list = body[name[..^2]] as JsonArray ?? [];
                list.Add(Guess(text));
                body[name[..^2]] ??= list;
            }
            else if (name.EndsWith(':'))
            {
                body[name[..^1]] = text;
            }
            else
            {
                body[name] = value.StartsWith('@') ? text : Guess(text);
            }
        }

        return body;
    }

    private static JsonNode Guess(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text => number,
        _ => text,
    };
}
