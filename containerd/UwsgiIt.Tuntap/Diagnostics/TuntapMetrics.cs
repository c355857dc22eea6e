using System.Globalization;
using System.Text;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Routing;
using UwsgiIt.Tuntap.Tunnel;

namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>
/// The Prometheus text of every peer. Written directly: the numbers live in the workers' own counters, thousands of peers times the causes would
/// be as many tag sets to an exporter.
/// </summary>
internal sealed class TuntapMetrics(TuntapRouter router)
{
    private static readonly string[] Causes = [.. Enum.GetValues<DropCause>().Select(static cause => NameOf(cause))];

    /// <summary>A cause as the metrics and reports write it: <c>denied_in</c>.</summary>
    public static string NameOf(DropCause cause) => string.Concat(cause.ToString().Select(static (letter, at) => char.IsUpper(letter) && at > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    public string Write()
    {
        var totals = router.Table.Peers.Append(router.Gateway).Select(PeerTotals.Of).OrderBy(static peer => peer.Uid).ToList();
        var text = new StringBuilder();
        Family(text, "uwsgiit_tuntap_bytes_from_total", "Bytes of packets that came from the container; uid 0 is the gateway.", totals, static peer => peer.BytesFrom);
        Family(text, "uwsgiit_tuntap_bytes_to_total", "Bytes of packets written to the container.", totals, static peer => peer.BytesTo);
        Family(text, "uwsgiit_tuntap_packets_from_total", "Packets that came from the container.", totals, static peer => peer.PacketsFrom);
        Family(text, "uwsgiit_tuntap_packets_to_total", "Packets written to the container.", totals, static peer => peer.PacketsTo);
        text.Append("# HELP uwsgiit_tuntap_drops_total Packets dropped, by cause; at the sender, but those the receiver refused at the receiver.\n# TYPE uwsgiit_tuntap_drops_total counter\n");
        foreach (var peer in totals)
        {
            for (var cause = 1; cause < Causes.Length; cause++)
            {
                if (peer.Drops[cause] > 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"uwsgiit_tuntap_drops_total{{uid=\"{peer.Uid}\",cause=\"{Causes[cause]}\"}} {peer.Drops[cause]}\n");
                }
            }
        }

        Tunnel(text, router.TunnelCounters);
        return text.ToString();
    }

    private static void Tunnel(StringBuilder text, TunnelCounters counters)
    {
        text.Append("# HELP uwsgiit_tuntap_tunnel_total Datagrams of the tunnel to other servers' routers, by what became of them.\n# TYPE uwsgiit_tuntap_tunnel_total counter\n");
        foreach (var (name, value) in new[]
                 {
                     ("sent", counters.Sent), ("received", counters.Received), ("handshake", counters.Handshakes), ("unknown", counters.Unknown), ("forged", counters.Forged),
                     ("replayed", counters.Replayed), ("flooded", counters.Flooded),
                 })
        {
            text.Append(CultureInfo.InvariantCulture, $"uwsgiit_tuntap_tunnel_total{{event=\"{name}\"}} {value}\n");
        }
    }

    private static void Family(StringBuilder text, string name, string help, List<PeerTotals> totals, Func<PeerTotals, long> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n");
        foreach (var peer in totals)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{{uid=\"{peer.Uid}\"}} {value(peer)}\n");
        }
    }
}
