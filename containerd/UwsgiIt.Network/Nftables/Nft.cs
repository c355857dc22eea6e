using System.Globalization;
using System.Text.Json;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Network.Tools;

namespace UwsgiIt.Network.Nftables;

/// <summary>Runs nft(8), which applies a text as one transaction: all of it or nothing.</summary>
public static class Nft
{
    /// <summary>
    /// Applies a ruleset in a namespace (null: our own). <paramref name="compose"/> gets what the table's counters say so far, for they go with the
    /// table that is replaced. Throws <see cref="IOException"/> with nft's own words.
    /// </summary>
    public static void Apply(NetworkNamespace? space, Func<IReadOnlyDictionary<DropCause, long>, string> compose)
    {
        ArgumentNullException.ThrowIfNull(compose);
        Run(space, compose(ReadCounters(space)), "-f", "-");
    }

    /// <summary>Packets dropped so far, by cause; empty where our table is not there.</summary>
    public static IReadOnlyDictionary<DropCause, long> ReadCounters(NetworkNamespace? space)
    {
        var counts = new Dictionary<DropCause, long>();
        string text;
        try
        {
            text = Run(space, null, "-j", "list", "counters", "table", "inet", Ruleset.Table);
        }
        catch (IOException)
        {
            return counts;
        }

        using var document = JsonDocument.Parse(text);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("counter", out var counter) && Enum.TryParse<DropCause>(counter.GetProperty("name").GetString()!.Replace(Ruleset.CounterPrefix, "", StringComparison.Ordinal), ignoreCase: true, out var cause))
            {
                counts[cause] = counter.GetProperty("packets").GetInt64();
            }
        }

        return counts;
    }

    /// <summary>Removes our table; nothing when it is not there.</summary>
    public static void Remove(NetworkNamespace? space) =>
        Run(space, string.Create(CultureInfo.InvariantCulture, $"table inet {Ruleset.Table}\ndelete table inet {Ruleset.Table}\n"), "-f", "-");

    private static string Run(NetworkNamespace? space, string? input, params string[] arguments) => NetworkTool.Run(space, "/usr/sbin/nft", input, arguments);
}
