using System.Text.Json.Serialization;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>JSON of the settings without reflection.</summary>
[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SupervisorSettings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
