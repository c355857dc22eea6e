using System.Globalization;
using System.Text;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Network.Nftables;

/// <summary>
/// The kernel's rules, in nft's language (nft(8)), as one table of our own that replaces the one before in a single transaction. Nothing from outside
/// is pasted into it but numbers and names that were checked.
/// </summary>
public static partial class Ruleset
{
    /// <summary>The table; everything in it is ours and nothing else is touched.</summary>
    public const string Table = "uwsgiit";

    /// <summary>In front of a cause in its counter's name: many words are nft's own.</summary>
    internal const string CounterPrefix = "dropped_";

    /// <summary>Host's end of a container's veth pair.</summary>
    public static string DeviceOf(int uid) => string.Create(CultureInfo.InvariantCulture, $"u{uid}");

    /// <summary>The table around the tuntap router: what leaves by the gateway device gets NAT, and the host behind it is closed but for the services.</summary>
    public static string ForTuntap(HostFirewall host, GatewaySettings settings, string gatewayDevice, IReadOnlyDictionary<DropCause, long>? counts = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(settings);
        var text = Begin(counts);
        AppendInput(text, host, $"\"{gatewayDevice}\"", needsNeighbours: false, settings.TunnelDevice);
        AppendTunnel(text, host, settings.TunnelDevice, gatewayDevice);
        AppendNat(text, host, settings);
        return text.Append("}\n").ToString();
    }

    private static StringBuilder Begin(IReadOnlyDictionary<DropCause, long>? counts)
    {
        var text = new StringBuilder($"table inet {Table}\ndelete table inet {Table}\ntable inet {Table} {{\n");
        foreach (var cause in Enum.GetValues<DropCause>().Where(static cause => cause != DropCause.None))
        {
            text.Append(CultureInfo.InvariantCulture, $"  counter {CounterOf(cause)} {{ packets {counts?.GetValueOrDefault(cause) ?? 0} bytes 0 }}\n");
        }

        return text;
    }

    /// <summary>Name of a cause's counter.</summary>
    internal static string CounterOf(DropCause cause) => $"{CounterPrefix}{cause}".ToLowerInvariant();

    private static string Drop(DropCause cause) => $"counter name {CounterOf(cause)} drop";

    private static void AppendInput(StringBuilder text, HostFirewall host, string devices, bool needsNeighbours, string? tunnel)
    {
        text.Append("  chain input {\n    type filter hook input priority filter; policy accept;\n");
        if (tunnel is not null)
        {
            // Containers of other servers have no business with this host.
            text.Append(CultureInfo.InvariantCulture, $"    iifname \"{tunnel}\" {Drop(DropCause.DeniedOut)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"    iifname != {devices} accept\n    ct state established,related accept\n");
        if (needsNeighbours)
        {
            text.Append("    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept\n");
        }

        foreach (var service in host.Services)
        {
            var protocol = service.Protocol == 6 ? "tcp" : "udp";
            text.Append(CultureInfo.InvariantCulture, $"    ip daddr {Text(AddressFamilies.V4, host.Plan.Gateway4)} {protocol} dport {service.Port} accept\n");
            text.Append(CultureInfo.InvariantCulture, $"    ip6 daddr {Text(AddressFamilies.V6, host.Plan.Gateway6)} {protocol} dport {service.Port} accept\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"    {Drop(DropCause.DeniedOut)}\n  }}\n");
    }

    // What the tunnel brings goes to the router, which takes it for a container of another server's; nothing else may look so.
    private static void AppendTunnel(StringBuilder text, HostFirewall host, string? tunnel, string gateway)
    {
        if (tunnel is null)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $$"""
              chain forward {
                type filter hook forward priority filter; policy accept;
                iifname "{{tunnel}}" oifname != "{{gateway}}" {{Drop(DropCause.Unreachable)}}
                iifname != "{{gateway}}" oifname "{{tunnel}}" {{Drop(DropCause.Unreachable)}}
                oifname "{{gateway}}" iifname != "{{tunnel}}" ip saddr {{host.Plan.Block4}} {{Drop(DropCause.Spoofed)}}
                oifname "{{gateway}}" iifname != "{{tunnel}}" ip6 saddr {{host.Plan.Block6}} {{Drop(DropCause.Spoofed)}}
              }

            """);
    }

    private static void AppendNat(StringBuilder text, HostFirewall host, GatewaySettings settings)
    {
        if (settings.NatInterface is not { } device)
        {
            return;
        }

        text.Append("  chain postrouting {\n    type nat hook postrouting priority srcnat; policy accept;\n");
        text.Append(CultureInfo.InvariantCulture, $"    ip saddr {host.Plan.Block4} oifname \"{device}\" masquerade\n    ip6 saddr {host.Plan.Block6} oifname \"{device}\" masquerade\n  }}\n");
        text.Append("  chain portmaps {\n    type nat hook prerouting priority dstnat; policy accept;\n");
        foreach (var protocol in settings.Portmaps.GroupBy(static map => map.Protocol))
        {
            var elements = protocol.Select(map => string.Create(
                CultureInfo.InvariantCulture, $"{map.PublicAddress} . {map.PublicPort} : {Text(AddressFamilies.V4, host.Plan.V4(map.Uid))} . {map.PrivatePort}"));
            text.Append(CultureInfo.InvariantCulture, $"    iifname \"{device}\" dnat ip to ip daddr . {protocol.Key} dport map {{ {string.Join(", ", elements)} }}\n");
        }

        text.Append("  }\n");
    }

    private static string Text(AddressFamilies family, UInt128 address) => IpAddresses.ToText(family, address);
}
