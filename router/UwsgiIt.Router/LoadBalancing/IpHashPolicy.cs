using System.Net;
using System.Net.Sockets;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.LoadBalancing;

/// <summary>
/// By the client's address. Rendezvous hashing over the node's address: a join or leave moves only the clients of that node, where the
/// original's modulo moves almost all. Weights count; levels too.
/// </summary>
internal sealed class IpHashPolicy : ILoadBalancingPolicy
{
    public static readonly IpHashPolicy Instance = new();

    public Node? Select(Node[] nodes, in SelectionContext context, Node? tried)
    {
        if (!LoadBalancingPolicies.TryGetLevel(nodes, tried, context, out var level))
        {
            return null;
        }

        var client = HashOf(context.ClientAddress);
        Node? best = null;
        var bestScore = 0.0;
        foreach (var node in nodes)
        {
            if (node.Backup != level || !context.Admits(node) || node == tried || node.Upstream is not { } upstream)
            {
                continue;
            }

            // Weighted rendezvous: -w / ln(u) with u uniform in (0, 1).
            var uniform = ((Mix(client ^ upstream.Address.StableHash) >> 11) + 0.5) / (1UL << 53);
            var score = -(double)node.Weight / Math.Log(uniform);
            if (best is null || score > bestScore)
            {
                best = node;
                bestScore = score;
            }
        }

        return best;
    }

    private static ulong HashOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);

        // A v4 client is the same client on a dual-stack listener.
        var text = address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6 ? bytes[12..16] : bytes[..length];
        var hash = 14695981039346656037UL;
        foreach (var value in text)
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        return hash;
    }

    /// <summary>Finaliser of splitmix64: spreads one changed bit over all.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9UL;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebUL;
        return value ^ (value >> 31);
    }
}
