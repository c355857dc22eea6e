using System.Text.Json;
using System.Text.Json.Serialization;

namespace UwsgiIt.Containerd.Contracts;

/// <summary>JSON of the contracts: snake_case, unknown members refused, nothing by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true)]
[JsonSerializable(typeof(ContainerDefinition))]
[JsonSerializable(typeof(NetworkState))]
[JsonSerializable(typeof(StartDescription))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(SessionDescription))]
public sealed partial class ContainerJson : JsonSerializerContext;
