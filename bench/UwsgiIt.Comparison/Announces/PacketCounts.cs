using System.Globalization;
using System.Text.RegularExpressions;

namespace UwsgiIt.Comparison.Announces;

/// <summary>What the router says of the datagrams it received, by result.</summary>
internal sealed partial class PacketCounts
{
    private readonly Dictionary<string, long> _counts;

    private PacketCounts(Dictionary<string, long> counts) => _counts = counts;

    public long this[string result] => _counts.GetValueOrDefault(result);

    public long Total => _counts.Values.Sum();

    /// <summary>What came since, by result.</summary>
    public string Since(PacketCounts earlier) =>
        string.Join(", ", _counts.Select(pair => (pair.Key, Count: pair.Value - earlier[pair.Key])).Where(static pair => pair.Count > 0).OrderByDescending(static pair => pair.Count).Select(static pair => $"{pair.Key} {pair.Count}"));

    /// <summary>Reads /metrics.</summary>
    public static async Task<PacketCounts> ReadAsync(int adminPort)
    {
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{adminPort}/metrics"));
        return new PacketCounts(Sample().Matches(text).ToDictionary(static match => match.Groups[1].Value, static match => (long)double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex("""^uwsgiit_router_subscription_packets\w*\{[^}]*result="(\w+)"[^}]*\} ([0-9.e+]+)""", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
