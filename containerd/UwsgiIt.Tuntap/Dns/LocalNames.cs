using System.Globalization;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Dns;

/// <summary>Names under <c>.local</c>: a container's uid for everybody, as in the original; its name for itself and those it is linked with, both sides willing.</summary>
internal static class LocalNames
{
    public const string Suffix = ".local";

    /// <summary>Uid behind a name as the asker may know it, or null. <paramref name="asker"/> is the asker's address.</summary>
    public static int? Find(PeerTable table, UInt128 asker, AddressFamilies family, string name)
    {
        var label = name[..^Suffix.Length];
        if (label.Length is > 0 and <= 9 && label.All(char.IsAsciiDigit))
        {
            var uid = int.Parse(label, CultureInfo.InvariantCulture);
            return uid > AddressPlan.FirstUid && table.TryFind(table.Host.Plan.Offset(uid), out var peer, out var router) && (router is not null || peer is { IsGateway: true } || peer?.Uid == uid) ? uid : null;
        }

        var plan = table.Host.Plan;
        var isKnown = family == AddressFamilies.V4 ? plan.TryGetOffset((uint)asker, out var offset) : plan.TryGetOffset(asker, out offset);
        if (!isKnown || !table.TryFind(offset, out var self, out _) || self?.Firewall?.Policy is not { } policy)
        {
            return null;
        }

        if (string.Equals(policy.Name, label, StringComparison.OrdinalIgnoreCase))
        {
            return policy.Uid;
        }

        foreach (var link in policy.Links)
        {
            if (table.TryFind(plan.Offset(link), out var other, out _) && other?.Firewall?.Policy is { } theirs
                && theirs.Links.Contains(policy.Uid) && string.Equals(theirs.Name, label, StringComparison.OrdinalIgnoreCase))
            {
                return theirs.Uid;
            }
        }

        return null;
    }
}
