using System.Text.Json.Serialization;

namespace UwsgiIt.Containerd.Containers;

/// <summary>JSON of the records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true)]
[JsonSerializable(typeof(ContainerRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
