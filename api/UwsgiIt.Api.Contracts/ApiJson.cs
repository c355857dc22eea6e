using System.Text.Json;
using System.Text.Json.Serialization;

namespace UwsgiIt.Api.Contracts;

/// <summary>How the modern root writes and reads JSON.</summary>
public static class ApiJson
{
    /// <summary>Deepest nesting taken; arbitrary.</summary>
    public const int MaxDepth = 16;

    /// <summary>Names in snake_case; what is null is left out.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    /// <summary>Sets these rules on other options.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.MaxDepth = MaxDepth;
        return options;
    }
}
