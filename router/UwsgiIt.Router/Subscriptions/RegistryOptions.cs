using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.ProxyProtocol;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>How long subscriptions live and how names find them. All sources "ours" unless said.</summary>
internal sealed class RegistryOptions : IValidatedOptions
{
    public static string SectionName => "Registry";

    /// <summary>A node with an address that did not announce itself for this long is stale. Default 30 s (the platform's setting; uWSGI's own is 17 s).</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for on-demand nodes without an address. Default 30 s.</summary>
    public TimeSpan InactiveTolerance { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Balancing of slots whose first packet names none: wrr, lrc, wlrc or iphash. Default wrr.</summary>
    public string Algorithm { get; set; } = "wrr";

    /// <summary>Whether <c>.example.com</c> serves the names below it. Default true (the platform's setting).</summary>
    public bool DotSplit { get; set; } = true;

    /// <summary>Whether keys may carry a path: <c>host/first-segment</c>. Default false.</summary>
    public bool Mountpoints { get; set; }

    /// <summary>Key served when a name is unknown; null means 404.</summary>
    public string? FallbackKey { get; set; }

    /// <summary>Most slots. Default 1,100,000: the million names we promise and some room.</summary>
    public int MaxSlots { get; set; } = 1_100_000;

    /// <summary>Most nodes in one slot. Default 1,000; arbitrary, may grow.</summary>
    public int MaxNodesPerSlot { get; set; } = 1_000;

    /// <summary>False keeps stale nodes for ever: only for measurements with names from a snapshot. Default true.</summary>
    public bool Expiry { get; set; } = true;

    /// <summary>Unix datagram socket of an emperor that starts on-demand vassals; null: requests for an inactive name get 503 at once.</summary>
    public string? EmperorSocket { get; set; }

    /// <summary>How long a request waits for an on-demand vassal. Default 20 s (the original gives up after about that).</summary>
    public TimeSpan DeferTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Names whose nodes get a PROXY header before each connection's first byte: HTTP nodes and those of raw listeners. Default none.</summary>
    public IList<ProxyHeaderOptions> ProxyHeaders { get; init; } = [];

    /// <summary>What the nodes of a key get; the first entry that covers it counts.</summary>
    public ProxyVersion ProxyVersionOf(string key) => ProxyHeaders.Count == 0 ? ProxyVersion.None : ProxyHeaders.FirstOrDefault(entry => entry.Covers(key))?.Version ?? ProxyVersion.None;

    /// <summary>Nodes that get no new requests, however often they announce themselves; those in flight finish. Default none.</summary>
    public IList<DrainOptions> Draining { get; init; } = [];

    public bool IsDraining(string key, string? address) => Draining.Count > 0 && address is not null && Draining.Any(entry => entry.Covers(key, address));

    public BalancingAlgorithm DefaultAlgorithm => SubscriptionWords.ReadAlgorithm(System.Text.Encoding.ASCII.GetBytes(Algorithm)) ?? BalancingAlgorithm.WeightedRoundRobin;

    public IEnumerable<OptionFault> Validate()
    {
        if (Tolerance <= TimeSpan.Zero)
        {
            yield return new OptionFault("Registry:Tolerance", Tolerance.ToString(), "is not a positive time", "Write for example \"00:00:30\"");
        }

        if (InactiveTolerance <= TimeSpan.Zero)
        {
            yield return new OptionFault("Registry:InactiveTolerance", InactiveTolerance.ToString(), "is not a positive time", "Write for example \"00:00:30\"");
        }

        if (SubscriptionWords.ReadAlgorithm(System.Text.Encoding.UTF8.GetBytes(Algorithm)) is null)
        {
            yield return new OptionFault("Registry:Algorithm", Algorithm, "is not an algorithm", "Write wrr, lrc, wlrc or iphash");
        }

        if (MaxSlots <= 0)
        {
            yield return new OptionFault("Registry:MaxSlots", $"{MaxSlots}", "is not positive", "Write a number from 1 up");
        }

        if (MaxNodesPerSlot <= 0)
        {
            yield return new OptionFault("Registry:MaxNodesPerSlot", $"{MaxNodesPerSlot}", "is not positive", "Write a number from 1 up");
        }

        foreach (var entry in ProxyHeaders.Where(static entry => entry.Key.Length == 0 || entry.Version == ProxyVersion.None))
        {
            yield return new OptionFault("Registry:ProxyHeaders", entry.Key, "has no key or no version", "Write a Key, and V1 or V2 as Version");
        }

        foreach (var entry in Draining.Where(static entry => entry.Key.Length == 0 || entry.Address.Length == 0))
        {
            yield return new OptionFault("Registry:Draining", $"{entry.Key} {entry.Address}", "has no key or no address", "Write a Key, or *, and the Address that the node announces");
        }

        if (DeferTimeout < TimeSpan.Zero)
        {
            yield return new OptionFault("Registry:DeferTimeout", DeferTimeout.ToString(), "is negative", "Write for example \"00:00:20\"");
        }
    }
}
