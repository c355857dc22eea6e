using System.Text.Json;

namespace UwsgiIt.Router.Acme;

/// <summary>What an authority answered.</summary>
/// <param name="Body">As JSON; undefined when it is none.</param>
/// <param name="Text">As text.</param>
/// <param name="Location">Where the resource is, or null.</param>
/// <param name="RetryAfter">When to come again, or null.</param>
internal sealed record AcmeAnswer(JsonElement Body, string Text, string? Location, TimeSpan? RetryAfter)
{
    /// <summary>The resource's status, or an empty text.</summary>
    public string Status => Member(Body, "status");

    /// <summary>A text member, or an empty text.</summary>
    public static string Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>An array member, or nothing.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}
