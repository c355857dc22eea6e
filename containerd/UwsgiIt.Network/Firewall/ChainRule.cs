namespace UwsgiIt.Network.Firewall;

/// <summary>A rule in its place within a chain.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Number">Its place within the list it comes from, from 1, 0 for the host's default; the linked uid for <see cref="RuleOrigin.Link"/>.</param>
/// <param name="Rule">What it says.</param>
public sealed record ChainRule(RuleOrigin Origin, int Number, FirewallRule Rule)
{
    /// <summary>For people: <c>container rule 3: in 192.0.2.0/24 0.0.0.0 deny</c>.</summary>
    public override string ToString() => Origin switch
    {
        RuleOrigin.Host when Number == 0 => $"host default: {Rule}",
        RuleOrigin.Host => $"host rule {Number}: {Rule}",
        RuleOrigin.Link => $"link with {Number}: {Rule}",
        RuleOrigin.Container => $"container rule {Number}: {Rule}",
        RuleOrigin.GatewayService => $"service of the gateway: {Rule}",
        RuleOrigin.Apart => $"containers are apart: {Rule}",
        RuleOrigin.Dmz => $"dmz: {Rule}",
        _ => $"default: {Rule}",
    };
}
