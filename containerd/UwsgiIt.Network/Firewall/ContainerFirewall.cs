using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>
/// A container's policy made ready for packets. Order within each chain: links, containers apart from one another and the gateway, dmz,
/// the container's own rules, the default. The host's rules are chains of their own, looked at before.
/// </summary>
public sealed class ContainerFirewall
{
    private ContainerFirewall(ContainerPolicy policy, AddressPlan plan)
    {
        Policy = policy;
        V4 = plan.V4(policy.Uid);
        V6 = plan.V6(policy.Uid);
    }

    /// <summary>What it was made from.</summary>
    public ContainerPolicy Policy { get; }

    /// <summary>The container's IPv4 address.</summary>
    public uint V4 { get; }

    /// <summary>The container's IPv6 address.</summary>
    public UInt128 V6 { get; }

    /// <summary>The host's rules for packets towards it; null when there are none.</summary>
    public Chain? HostIn { get; private init; }

    /// <summary>The host's rules for packets from it; null when there are none.</summary>
    public Chain? HostOut { get; private init; }

    /// <summary>Rules for packets towards it.</summary>
    public required Chain In { get; init; }

    /// <summary>Rules for packets from it.</summary>
    public required Chain Out { get; init; }

    /// <summary>True when a rule of it asks what it sent before.</summary>
    public bool HasReplies { get; private init; }

    /// <summary>Reads and compiles. All faults are gathered; on any the result is null.</summary>
    public static ContainerFirewall? TryCompile(ContainerPolicy policy, HostFirewall host, ICollection<string> faults)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(faults);
        var before = faults.Count;
        CheckNumbers(policy, faults);
        var rules = RuleList.Read(policy.Rules, ContainerPolicy.MaxRules, $"container {policy.Uid}", faults);
        if (faults.Count > before)
        {
            return null;
        }

        return new ContainerFirewall(policy, host.Plan)
        {
            HostIn = host.CompileFor(policy.Uid, RuleDirection.In),
            HostOut = host.CompileFor(policy.Uid, RuleDirection.Out),
            In = Compile(policy, host.Plan, RuleDirection.In, rules),
            Out = Compile(policy, host.Plan, RuleDirection.Out, rules),
            HasReplies = rules.Any(static rule => rule.Action == RuleAction.Replies),
        };
    }

    private static Chain Compile(ContainerPolicy policy, AddressPlan plan, RuleDirection direction, List<FirewallRule> rules)
    {
        var chain = new ChainBuilder(direction, plan.V4(policy.Uid), plan.V6(policy.Uid));
        foreach (var link in policy.Links)
        {
            chain.Add(RuleOrigin.Link, link, IpPrefix.V4(plan.V4(link)), RuleAction.Allow);
            chain.Add(RuleOrigin.Link, link, IpPrefix.V6(plan.V6(link)), RuleAction.Allow);
        }

        chain.Add(RuleOrigin.Apart, 1, plan.Block4, RuleAction.Deny);
        chain.Add(RuleOrigin.Apart, 2, plan.Block6, RuleAction.Deny);
        if (policy.Dmz)
        {
            chain.Add(RuleOrigin.Dmz, 1, IpPrefix.Anything, RuleAction.Deny);
        }

        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].Direction == direction)
            {
                chain.Add(RuleOrigin.Container, i + 1, rules[i]);
            }
        }

        chain.Add(RuleOrigin.Default, 1, IpPrefix.Anything, policy.DenyByDefault ? RuleAction.Deny : RuleAction.Allow);
        return chain.Build();
    }

    private static void CheckNumbers(ContainerPolicy policy, ICollection<string> faults)
    {
        if (policy.Uid < AddressPlan.FirstUid)
        {
            faults.Add($"uid {policy.Uid} is not a container's: they start at {AddressPlan.FirstUid}");
        }

        if (policy.Links.Count > ContainerPolicy.MaxLinks)
        {
            faults.Add($"container {policy.Uid} has more than {ContainerPolicy.MaxLinks} links");
        }

        foreach (var link in policy.Links.Where(link => link < AddressPlan.FirstUid || link == policy.Uid).Take(10))
        {
            faults.Add($"container {policy.Uid} cannot be linked with {link}");
        }

        if (policy.OutBytesPerSecond is < 0 or > ContainerPolicy.MaxBytesPerSecond || policy.InBytesPerSecond is < 0 or > ContainerPolicy.MaxBytesPerSecond || policy.NewFlowsPerSecond < 0)
        {
            faults.Add($"container {policy.Uid} has a limit that is negative or beyond {ContainerPolicy.MaxBytesPerSecond} bytes/s; 0 means no limit");
        }
    }
}
