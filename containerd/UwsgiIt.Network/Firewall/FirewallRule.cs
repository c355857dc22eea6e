using System.Net;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>One rule of a chain: first match wins.</summary>
/// <param name="Direction">Its chain.</param>
/// <param name="Source">Packet's source.</param>
/// <param name="Destination">Packet's destination.</param>
/// <param name="Action">What happens.</param>
/// <param name="Target">Router of another server, for <see cref="RuleAction.Gateway"/> only.</param>
public sealed record FirewallRule(RuleDirection Direction, IpPrefix Source, IpPrefix Destination, RuleAction Action, IPEndPoint? Target = null)
{
    /// <summary>The families both sides agree on; parsing refuses rules with none.</summary>
    public AddressFamilies Families => Source.Families & Destination.Families;

    /// <summary>In the rule language.</summary>
    public override string ToString()
    {
        var action = Action.ToString().ToLowerInvariant();
        return $"{(Direction == RuleDirection.In ? "in" : "out")} {Source} {Destination} {action}{(Target is null ? "" : $" {Target}")}";
    }
}
