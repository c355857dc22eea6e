using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// Containers of other servers as the original's rules name them: a link, and a rule <c>out MINE THEIRS gateway SERVER:PORT</c>. The link decides
/// before the containers' block is denied, as in the original's order; the rule only says where they are. Without a link it re-opens nothing.
/// </summary>
internal static class RemoteContainers
{
    /// <summary>Uid to the address and port of their router.</summary>
    public static IEnumerable<KeyValuePair<int, string>> Find(IEnumerable<ContainerPolicy> policies, AddressPlan plan) =>
        from policy in policies
        where policy.Links.Count > 0
        from line in policy.Rules
        let rule = Parse(line)
        where rule is { Direction: RuleDirection.Out, Action: RuleAction.Gateway } && IsOne(rule.Destination)
        let uid = UidOf(rule.Destination, plan)
        where uid is not null && policy.Links.Contains(uid.Value)
        select KeyValuePair.Create(uid.Value, rule.Target!.ToString());

    private static FirewallRule? Parse(string line) => FirewallRuleParser.TryParse(line, out var rule, out _) ? rule : null;

    private static bool IsOne(IpPrefix prefix) => prefix.Length == (prefix.Families == AddressFamilies.V4 ? 32 : 128);

    private static int? UidOf(IpPrefix prefix, AddressPlan plan) =>
        (prefix.Families == AddressFamilies.V4 ? plan.TryGetOffset((uint)prefix.Address, out var offset) : plan.TryGetOffset(prefix.Address, out offset)) && offset > AddressPlan.GatewayOffset && offset < int.MaxValue - AddressPlan.FirstUid
            ? AddressPlan.FirstUid + (int)offset - 2
            : null;
}
