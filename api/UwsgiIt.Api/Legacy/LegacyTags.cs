using System.Text.Json.Nodes;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Legacy;

/// <summary>Tag names as a JSON list.</summary>
internal static class LegacyTags
{
    public static JsonArray Of(IEnumerable<Tag> tags) => Of(tags.Select(static tag => tag.Name).Order(StringComparer.Ordinal));

    public static JsonArray Of(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);

    public static JsonArray Of(IEnumerable<int> numbers) => new([.. numbers.Select(static number => (JsonNode)number)]);
}
