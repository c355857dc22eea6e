using System.Text.Json;
using System.Text.Json.Serialization;

namespace UwsgiIt.LoadTest;

/// <summary>What to ask for, and in which shares.</summary>
internal sealed class TrafficMix
{
    /// <summary>Largest file, in bytes; ours, may grow.</summary>
    public const int MaxFileBytes = 16 << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly double[] _upTo;

    /// <summary>Throws <see cref="ArgumentException"/> when an item has a fault or there is none.</summary>
    public TrafficMix(IReadOnlyList<TrafficItem> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is null || items[i].Fault is not null)
            {
                throw new ArgumentException($"Item {i + 1} of the mix: {items[i]?.Fault ?? "is missing"}.");
            }
        }

        Items = items.Count > 0 ? items : throw new ArgumentException("The mix has no items.");
        var sum = 0.0;
        _upTo = [.. items.Select(item => sum += item.Weight)];
    }

    public IReadOnlyList<TrafficItem> Items { get; }

    /// <summary>An item's share of all requests, from 0 to 1.</summary>
    public double ShareOf(TrafficItem item) => item.Weight / _upTo[^1];

    /// <summary>Reads a JSON file: an array of items. Throws <see cref="ArgumentException"/> or <see cref="IOException"/>, with what is wrong.</summary>
    public static TrafficMix Load(string file) =>
        new FileInfo(file).Length <= MaxFileBytes ? Parse(File.ReadAllBytes(file)) : throw new ArgumentException($"The mix is larger than {MaxFileBytes} bytes.");

    /// <summary>Reads JSON. Throws <see cref="ArgumentException"/> with what is wrong.</summary>
    public static TrafficMix Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return new TrafficMix(JsonSerializer.Deserialize<TrafficItem[]>(json, Json) ?? []);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The mix is not as it should be: {e.Message}", e);
        }
    }

    /// <summary>The item for a number in [0, 1).</summary>
    public TrafficItem Choose(double number)
    {
        var index = Array.BinarySearch(_upTo, number * _upTo[^1]);
        return Items[Math.Min(index >= 0 ? index + 1 : ~index, _upTo.Length - 1)];
    }
}
