using System.Text.Json.Serialization;

namespace UwsgiIt.Containerd.Contracts;

/// <summary>JSON of the messages without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EmperorMessage))]
internal sealed partial class EmperorMessageJson : JsonSerializerContext;
