using System.Text.Json;

namespace UwsgiIt.Comparison.Planning;

/// <summary>Measurements in a JSON file.</summary>
internal static class MeasurementFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write<T>(string file, T measurements) => File.WriteAllText(file, JsonSerializer.Serialize(measurements, Json) + "\n");

    /// <summary>Null where the file says null. Throws <see cref="ArgumentException"/> or <see cref="IOException"/>, with what is wrong.</summary>
    public static T? Read<T>(string file)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"{file}: {e.Message}", e);
        }
    }
}
