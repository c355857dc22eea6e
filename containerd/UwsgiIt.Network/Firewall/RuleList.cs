namespace UwsgiIt.Network.Firewall;

/// <summary>Reads lists of rules, with a bound, all faults gathered.</summary>
internal static class RuleList
{
    private const int MaxFaults = 20;

    public static List<FirewallRule> Read(IReadOnlyList<string> lines, int maximum, string owner, ICollection<string> faults)
    {
        var rules = new List<FirewallRule>();
        if (lines.Count > maximum)
        {
            faults.Add($"{owner} has {lines.Count} rules, more than {maximum}");
            return rules;
        }

        var found = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            if (FirewallRuleParser.TryParse(lines[i], out var rule, out var fault))
            {
                rules.Add(rule);
            }
            else if (++found <= MaxFaults)
            {
                faults.Add($"{owner}, rule {i + 1}: {fault}");
            }
        }

        return rules;
    }
}
