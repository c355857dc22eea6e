using System.Text.Json.Serialization;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>JSON of the spool.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SpooledAlarm))]
internal sealed partial class AlarmJson : JsonSerializerContext;
