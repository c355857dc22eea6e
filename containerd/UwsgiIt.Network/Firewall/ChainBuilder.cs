using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>Cuts an ordered list of rules into the pieces of a <see cref="Chain"/>, in O(n log n).</summary>
internal sealed class ChainBuilder(RuleDirection direction, uint own4, UInt128 own6)
{
    private readonly List<ChainRule> _rules = [];

    public void Add(RuleOrigin origin, int number, IpPrefix other, RuleAction action) =>
        Add(origin, number, direction == RuleDirection.In
            ? new FirewallRule(direction, other, IpPrefix.Anything, action)
            : new FirewallRule(direction, IpPrefix.Anything, other, action));

    public void Add(RuleOrigin origin, int number, FirewallRule rule) => _rules.Add(new ChainRule(origin, number, rule));

    /// <summary>The chain; the last rule added must match everything.</summary>
    public Chain Build()
    {
        var rules = _rules.ToArray();
        var (starts4, matches4) = Cut(rules, AddressFamilies.V4, own4, uint.MaxValue);
        var (starts6, matches6) = Cut(rules, AddressFamilies.V6, own6, UInt128.MaxValue);
        return new Chain(rules, Array.ConvertAll(starts4, static start => (uint)start), matches4, starts6, matches6);
    }

    private (UInt128[] Starts, ChainMatch[] Matches) Cut(ChainRule[] rules, AddressFamilies family, UInt128 own, UInt128 highest)
    {
        var blocks = new List<(UInt128 First, UInt128 Last, int Rule)>();
        for (var i = 0; i < rules.Length; i++)
        {
            var rule = rules[i].Rule;
            var (mine, other) = direction == RuleDirection.In ? (rule.Destination, rule.Source) : (rule.Source, rule.Destination);
            if (mine.Contains(family, own) && (other.Families & family) != 0)
            {
                blocks.Add((other.Address, other.Families == AddressFamilies.Any ? highest : other.Last, i));
            }
        }

        blocks.Sort(static (a, b) => a.First.CompareTo(b.First));
        var edges = new SortedSet<UInt128>(blocks.Select(static block => block.First));
        edges.UnionWith(blocks.Where(block => block.Last != highest).Select(static block => block.Last + 1));

        // Both hold what covers the current edge, smallest rule index first; what has ended is taken out when it comes to the top.
        var covering = new PriorityQueue<UInt128, int>();
        var deciding = new PriorityQueue<UInt128, int>();
        var starts = new List<UInt128>();
        var matches = new List<ChainMatch>();
        var next = 0;
        foreach (var edge in edges)
        {
            for (; next < blocks.Count && blocks[next].First == edge; next++)
            {
                covering.Enqueue(blocks[next].Last, blocks[next].Rule);
                if (rules[blocks[next].Rule].Rule.Action != RuleAction.Replies)
                {
                    deciding.Enqueue(blocks[next].Last, blocks[next].Rule);
                }
            }

            var fallback = First(deciding, edge);
            var match = new ChainMatch(Math.Min(First(covering, edge), fallback), fallback);
            if (matches.Count == 0 || matches[^1] != match)
            {
                starts.Add(edge);
                matches.Add(match);
            }
        }

        return ([.. starts], [.. matches]);
    }

    private static int First(PriorityQueue<UInt128, int> queue, UInt128 edge)
    {
        int rule;
        UInt128 last;
        while (queue.TryPeek(out last, out rule) && last < edge)
        {
            queue.Dequeue();
        }

        return rule;
    }
}
