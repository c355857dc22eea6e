using System.Globalization;
using System.Text;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Network.Nftables;

public static partial class Ruleset
{
    // The same destinations the tuntap router calls not routable.
    private const string Unroutable4 = "{ 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/3 }";
    private const string Unroutable6 = "{ ::/80, fe80::/10, ff00::/8 }";

    /// <summary>
    /// The whole firewall for containers on veth pairs, by the same policies and in the same order as the tuntap router: the pieces of each chain
    /// become an interval map, so the kernel too finds the first match without a walk.
    /// </summary>
    public static string ForContainers(HostFirewall host, IReadOnlyList<ContainerFirewall> containers, GatewaySettings settings, IReadOnlyDictionary<DropCause, long>? counts = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(containers);
        ArgumentNullException.ThrowIfNull(settings);
        var text = Begin(counts);

        // A set must have an element: "-" is no device's name.
        text.Append(CultureInfo.InvariantCulture, $"  set container_devices {{ type ifname; elements = {{ \"-\"{string.Concat(containers.Select(static container => $", \"{DeviceOf(container.Policy.Uid)}\""))} }} }}\n");
        AppendVerdicts(text);
        AppendEarly(text, host, containers, settings.TunnelDevice);
        foreach (var container in containers)
        {
            AppendChain(text, "out", container.Policy.Uid, container.HostOut, container.Out, DropCause.DeniedOut);
            AppendChain(text, "in", container.Policy.Uid, container.HostIn, container.In, DropCause.DeniedIn);
        }

        AppendForward(text, host, containers, settings.TunnelDevice);
        AppendInput(text, host, "@container_devices", needsNeighbours: true, settings.TunnelDevice);
        AppendOutput(text, host);
        AppendNat(text, host, settings);
        return text.Append("}\n").ToString();
    }

    private static void AppendVerdicts(StringBuilder text)
    {
        foreach (var (name, cause) in new[] { ("denied_out", DropCause.DeniedOut), ("denied_in", DropCause.DeniedIn) })
        {
            text.Append(CultureInfo.InvariantCulture, $"  chain {name} {{ {Drop(cause)}; }}\n");
            text.Append(CultureInfo.InvariantCulture, $"  chain {name}_but_replies {{ ct state established,related return; {Drop(cause)}; }}\n");
        }
    }

    // Before the kernel puts fragments together (-400), so that they can be seen at all.
    private static void AppendEarly(StringBuilder text, HostFirewall host, IReadOnlyList<ContainerFirewall> containers, string? tunnel)
    {
        // What the tunnel brings was sealed by its sender's server.
        var isOutside = tunnel is null ? "" : $"iifname != \"{tunnel}\" ";
        var owners4 = string.Concat(containers.Select(static container => $", \"{DeviceOf(container.Policy.Uid)}\" . {Text(AddressFamilies.V4, container.V4)}"));
        var owners6 = string.Concat(containers.Select(static container => $", \"{DeviceOf(container.Policy.Uid)}\" . {Text(AddressFamilies.V6, container.V6)}"));
        var takers = containers.Where(static container => container.Policy.AllowFragments).ToList();
        text.Append(CultureInfo.InvariantCulture, $"  set owners4 {{ type ifname . ipv4_addr; elements = {{ \"-\" . 0.0.0.0{owners4} }} }}\n");
        text.Append(CultureInfo.InvariantCulture, $"  set owners6 {{ type ifname . ipv6_addr; elements = {{ \"-\" . ::{owners6} }} }}\n");
        text.Append(CultureInfo.InvariantCulture, $"  set takers4 {{ type ipv4_addr; elements = {{ 0.0.0.0{string.Concat(takers.Select(static taker => $", {Text(AddressFamilies.V4, taker.V4)}"))} }} }}\n");
        text.Append(CultureInfo.InvariantCulture, $"  set takers6 {{ type ipv6_addr; elements = {{ ::{string.Concat(takers.Select(static taker => $", {Text(AddressFamilies.V6, taker.V6)}"))} }} }}\n");
        text.Append(CultureInfo.InvariantCulture, $$"""
              chain early {
                type filter hook prerouting priority -450; policy accept;
                iifname @container_devices icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
                iifname @container_devices jump early_from
                ip daddr {{host.Plan.Block4}} jump early_to4
                ip6 daddr {{host.Plan.Block6}} jump early_to6
              }
              chain early_from {
                ip option lsrr exists {{Drop(DropCause.SourceRoute)}}
                ip option ssrr exists {{Drop(DropCause.SourceRoute)}}
                rt type 0 {{Drop(DropCause.SourceRoute)}}
                ip daddr {{Unroutable4}} {{Drop(DropCause.NotRoutable)}}
                ip6 daddr {{Unroutable6}} {{Drop(DropCause.NotRoutable)}}
                meta nfproto ipv4 iifname . ip saddr != @owners4 {{Drop(DropCause.Spoofed)}}
                meta nfproto ipv6 iifname . ip6 saddr != @owners6 {{Drop(DropCause.Spoofed)}}
                ip saddr != @takers4 ip frag-off & 0x3fff != 0 {{Drop(DropCause.Fragment)}}
                ip6 saddr != @takers6 exthdr frag exists {{Drop(DropCause.Fragment)}}
              }
              chain early_to4 {
                iifname != @container_devices {{isOutside}}ip saddr {{host.Plan.Block4}} {{Drop(DropCause.Spoofed)}}
                ip daddr != {{Text(AddressFamilies.V4, host.Plan.Gateway4)}} ip daddr != @takers4 ip frag-off & 0x3fff != 0 {{Drop(DropCause.Fragment)}}
              }
              chain early_to6 {
                iifname != @container_devices {{isOutside}}ip6 saddr {{host.Plan.Block6}} {{Drop(DropCause.Spoofed)}}
                ip6 daddr != {{Text(AddressFamilies.V6, host.Plan.Gateway6)}} ip6 daddr != @takers6 exthdr frag exists {{Drop(DropCause.Fragment)}}
              }

            """);
    }

    private static void AppendChain(StringBuilder text, string direction, int uid, Chain? host, Chain chain, DropCause cause)
    {
        var side = direction == "out" ? "daddr" : "saddr";
        foreach (var (name, rules) in new[] { ($"host_{direction}_{uid}", host), ($"{direction}_{uid}", chain) })
        {
            if (rules is null)
            {
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $"  chain {name} {{\n");
            foreach (var (family, keyword) in new[] { (AddressFamilies.V4, "ip"), (AddressFamilies.V6, "ip6") })
            {
                var pieces = rules.Pieces(family).Select(piece => $"{Range(family, piece.First, piece.Last)} : {Verdict(rules, piece.Match, cause)}");
                text.Append(CultureInfo.InvariantCulture, $"    {keyword} {side} vmap {{ {string.Join(", ", pieces)} }}\n");
            }

            text.Append("  }\n");
        }
    }

    private static string Range(AddressFamilies family, UInt128 first, UInt128 last) => first == last ? Text(family, first) : $"{Text(family, first)}-{Text(family, last)}";

    // Another server's router is reached by the kernel's own tunnel, that is by a route: here it is an allow.
    private static string Verdict(Chain chain, ChainMatch match, DropCause cause)
    {
        var denied = cause == DropCause.DeniedOut ? "denied_out" : "denied_in";
        var action = chain.RuleAt(match.Fallback).Rule.Action;
        return action == RuleAction.Deny || (action == RuleAction.Gateway && cause == DropCause.DeniedIn)
            ? match.Rule == match.Fallback ? $"goto {denied}" : $"goto {denied}_but_replies"
            : "return";
    }

    private static void AppendForward(StringBuilder text, HostFirewall host, IReadOnlyList<ContainerFirewall> containers, string? tunnel)
    {
        var isNotTunnel = tunnel is null ? "" : $"oifname != \"{tunnel}\" ";
        var fromTunnel = tunnel is null ? "" : $"iifname \"{tunnel}\" oifname != @container_devices {Drop(DropCause.Unreachable)}";
        AppendDispatch(text, "from_container", "iifname", containers, "out", static container => container.HostOut is not null);
        AppendDispatch(text, "to_container", "oifname", containers, "in", static container => container.HostIn is not null);
        text.Append("  chain container_limits {\n");
        foreach (var policy in containers.Select(static container => container.Policy))
        {
            var device = DeviceOf(policy.Uid);
            if (policy.NewFlowsPerSecond > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"    iifname \"{device}\" ct state new limit rate over {policy.NewFlowsPerSecond}/second burst {policy.NewFlowsPerSecond} packets {Drop(DropCause.Flood)}\n");
            }

            if (policy.OutBytesPerSecond > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"    iifname \"{device}\" limit rate over {policy.OutBytesPerSecond} bytes/second burst {Math.Max(policy.OutBytesPerSecond / 10, 131_072)} bytes {Drop(DropCause.Bandwidth)}\n");
            }

            if (policy.InBytesPerSecond > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"    oifname \"{device}\" limit rate over {policy.InBytesPerSecond} bytes/second burst {Math.Max(policy.InBytesPerSecond / 10, 131_072)} bytes {Drop(DropCause.Bandwidth)}\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $$"""
              }
              chain forward {
                type filter hook forward priority filter; policy accept;
                {{fromTunnel}}
                iifname @container_devices jump from_container
                ip daddr {{host.Plan.Block4}} oifname != @container_devices {{isNotTunnel}}iifname @container_devices {{Drop(DropCause.Unreachable)}}
                ip6 daddr {{host.Plan.Block6}} oifname != @container_devices {{isNotTunnel}}iifname @container_devices {{Drop(DropCause.Unreachable)}}
                oifname @container_devices jump to_container
                jump container_limits
              }

            """);
    }

    private static void AppendDispatch(StringBuilder text, string name, string side, IReadOnlyList<ContainerFirewall> containers, string direction, Func<ContainerFirewall, bool> hasHostRules)
    {
        text.Append(CultureInfo.InvariantCulture, $"  chain {name} {{\n");
        foreach (var (prefix, which) in new[] { ($"host_{direction}", containers.Where(hasHostRules)), (direction, containers) })
        {
            var elements = string.Join(", ", which.Select(container => $"\"{DeviceOf(container.Policy.Uid)}\" : jump {prefix}_{container.Policy.Uid}"));
            if (elements.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {side} vmap {{ {elements} }}\n");
            }
        }

        text.Append("  }\n");
    }

    private static void AppendOutput(StringBuilder text, HostFirewall host)
    {
        text.Append("  chain output {\n    type filter hook output priority filter; policy accept;\n    oifname != @container_devices accept\n    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n    ct state established,related accept\n");
        foreach (var service in host.Services)
        {
            var protocol = service.Protocol == 6 ? "tcp" : "udp";
            text.Append(CultureInfo.InvariantCulture, $"    ip saddr {Text(AddressFamilies.V4, host.Plan.Gateway4)} {protocol} sport {service.Port} accept\n");
            text.Append(CultureInfo.InvariantCulture, $"    ip6 saddr {Text(AddressFamilies.V6, host.Plan.Gateway6)} {protocol} sport {service.Port} accept\n");
        }

        text.Append("    jump to_container\n  }\n");
    }
}
