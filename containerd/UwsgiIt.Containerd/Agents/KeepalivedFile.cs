using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>
/// Legions as keepalived(8) elects them: who of a legion's servers holds its addresses. Addresses are written anew from what they were read as, and
/// names not at all: nothing of the api's text gets into a file of root's.
/// </summary>
internal static class KeepalivedFile
{
    private const int MaxRouterIds = 255;

    // keepalived.conf(5): longer ones are cut off there.
    private const int PasswordLength = 8;

    public static string Of(HostContainers state, string networkInterface)
    {
        var text = new StringBuilder("# Made of the api's legions by uwsgiit-containerd; what is changed here is lost.\n");
        foreach (var legion in state.Legions)
        {
            Append(text, legion, networkInterface);
        }

        if (Addresses(state.Floating) is { Count: > 0 } fixedOnes)
        {
            Block(text, "static_ipaddress", "", fixedOnes.Select(address => $"{address} dev {networkInterface}"));
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, HostLegion legion, string networkInterface)
    {
        var addresses = Addresses([legion.Address, .. legion.Floating]);
        if (addresses.Count == 0)
        {
            return;
        }

        // One instance speaks one family; the other's addresses follow it.
        var family = addresses[0].AddressFamily;
        text.Append(CultureInfo.InvariantCulture, $"vrrp_instance uwsgiit_{legion.Id} {{\n    state BACKUP\n    interface {networkInterface}\n    virtual_router_id {((legion.Id - 1) % MaxRouterIds) + 1}\n    priority {legion.Priority}\n    advert_int 1\n");
        Block(text, "unicast_peer", "    ", Addresses(legion.Members).Where(address => address.AddressFamily == family).Select(static address => address.ToString()));
        if (family == AddressFamily.InterNetwork && legion.Key is { Length: > 0 } key)
        {
            Block(text, "authentication", "    ", ["auth_type PASS", $"auth_pass {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..PasswordLength]}"]);
        }

        Block(text, "virtual_ipaddress", "    ", addresses.Where(address => address.AddressFamily == family).Select(static address => address.ToString()));
        Block(text, "virtual_ipaddress_excluded", "    ", addresses.Where(address => address.AddressFamily != family).Select(static address => address.ToString()));
        text.Append("}\n");
    }

    private static void Block(StringBuilder text, string name, string indent, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}{name} {{\n{string.Concat(all.Select(line => $"{indent}    {line}\n"))}{indent}}}\n");
        }
    }

    private static List<IPAddress> Addresses(IEnumerable<string> texts) => [.. texts.Select(static text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().Where(static address => address.ScopeIdIsZero())];

    private static bool ScopeIdIsZero(this IPAddress address) => address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId == 0;
}
