using System.Globalization;
using System.Net;
using System.Text;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Containerd.Network;

/// <summary>What <c>wg syncconf</c> (wg(8)) reads. Every word of it was checked and written anew: nothing from outside is pasted in.</summary>
internal static class WireGuardConfig
{
    /// <summary>
    /// Our key and port, and as peers the routers that both a key and a WireGuard address are known of. A peer may send as its own containers only:
    /// the kernel drops what comes with another source.
    /// </summary>
    public static string Write(string privateKey, int port, IReadOnlyCollection<WireGuardPeer> peers, AddressPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"[Interface]\nPrivateKey = {privateKey}\nListenPort = {port}\n");
        foreach (var peer in peers)
        {
            var addresses = peer.Uids.SelectMany(uid => new[] { $"{IpAddresses.ToText(AddressFamilies.V4, plan.V4(uid))}/32", $"{IpAddresses.ToText(AddressFamilies.V6, plan.V6(uid))}/128" });
            text.Append(CultureInfo.InvariantCulture, $"\n[Peer]\nPublicKey = {peer.PublicKey}\nEndpoint = {peer.EndPoint}\nAllowedIPs = {string.Join(", ", addresses)}\n");
        }

        return text.ToString();
    }

    /// <summary>The peers of a state, by their routers. What is faulty is no peer: the router's own tunnel, which names faults, keeps it.</summary>
    public static Dictionary<string, WireGuardPeer> Peers(IReadOnlyDictionary<int, string> remotes, IReadOnlyDictionary<string, string> keys, IReadOnlyDictionary<string, string> wireGuards)
    {
        var peers = new Dictionary<string, WireGuardPeer>();
        foreach (var (router, text) in wireGuards)
        {
            var uids = remotes.Where(remote => remote.Value == router).Select(static remote => remote.Key).Order().ToList();
            if (uids.Count > 0 && keys.TryGetValue(router, out var key) && IsKey(key) && IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0)
            {
                peers[router] = new WireGuardPeer(key, endPoint, uids);
            }
        }

        return peers;
    }

    private static bool IsKey(string text) => text.Length == 44 && Convert.TryFromBase64String(text, new byte[33], out var length) && length == 32;
}
