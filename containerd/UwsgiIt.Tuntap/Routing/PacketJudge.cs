using System.Net;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Limits;

namespace UwsgiIt.Tuntap.Routing;

/// <summary>
/// Decides about packets. Order: sound headers, no route of its own, a destination that can be routed, the sender's own source, fragments,
/// the host's out list, the gateway's services, the sender's out list, its new flows; then the receiver: host's in list, its in list.
/// </summary>
internal static class PacketJudge
{
    /// <summary>About a packet that came out of a container's device.</summary>
    public static Verdict FromContainer(Peer sender, PeerTable table, in FrameFacts facts, ReadOnlySpan<byte> packet, long now, DecisionTrace? trace = null)
    {
        if (sender.Firewall is not { } firewall)
        {
            return new Verdict(DropCause.DeniedOut);
        }

        if (facts.IsSourceRouted)
        {
            return new Verdict(DropCause.SourceRoute);
        }

        if (!IsRoutable(facts))
        {
            return new Verdict(DropCause.NotRoutable);
        }

        if (facts.IsV6 ? facts.Source != firewall.V6 : facts.Source4 != firewall.V4)
        {
            return new Verdict(DropCause.Spoofed);
        }

        if (facts.IsFragment && !firewall.Policy.AllowFragments)
        {
            return new Verdict(DropCause.Fragment);
        }

        var inBlock = facts.IsV6 ? table.Host.Plan.TryGetOffset(facts.Destination, out var offset) : table.Host.Plan.TryGetOffset(facts.Destination4, out offset);
        if (firewall.HostOut is { } hostOut && !Allows(hostOut, sender, facts, packet, isOut: true, now, out _, trace))
        {
            return new Verdict(DropCause.DeniedOut);
        }

        IPEndPoint? router = null;
        if (inBlock && offset == AddressPlan.GatewayOffset && table.Host.IsService(facts.Protocol, facts.DestinationPort))
        {
            TraceService(trace, facts.Protocol, facts.DestinationPort);
        }
        else if (!Allows(firewall.Out, sender, facts, packet, isOut: true, now, out router, trace))
        {
            return new Verdict(DropCause.DeniedOut);
        }

        if (sender.Flows is { } flows && !Admit(flows, sender.FlowLimit, facts, isOut: true, now))
        {
            return new Verdict(DropCause.Flood);
        }

        if (router is not null)
        {
            return new Verdict(DropCause.None, null, router);
        }

        if (!inBlock || offset == AddressPlan.GatewayOffset)
        {
            return table.Gateway is { } gateway ? new Verdict(DropCause.None, gateway) : new Verdict(DropCause.Unreachable);
        }

        if (!table.TryFind(offset, out var receiver, out router))
        {
            return new Verdict(DropCause.Unreachable);
        }

        return receiver is null ? new Verdict(DropCause.None, null, router)
            : receiver.IsGateway ? new Verdict(DropCause.None, receiver)
            : ToContainer(receiver, facts, packet, now, trace);
    }

    /// <summary>About a packet that came from the host's network.</summary>
    public static Verdict FromGateway(PeerTable table, in FrameFacts facts, ReadOnlySpan<byte> packet, long now, DecisionTrace? trace = null)
    {
        if (facts.IsSourceRouted)
        {
            return new Verdict(DropCause.SourceRoute);
        }

        if (!IsRoutable(facts))
        {
            return new Verdict(DropCause.NotRoutable);
        }

        // Nobody outside has a container's address but those of other servers that the kernel's tunnel leads to; the gateway has its own.
        if (TryGetOffset(table, facts, source: true, out var source) && source != AddressPlan.GatewayOffset && !(table.TryFind(source, out var home, out _) && home is { IsGateway: true }))
        {
            return new Verdict(DropCause.Spoofed);
        }

        if (!TryGetOffset(table, facts, source: false, out var offset) || !table.TryFind(offset, out var receiver, out _) || receiver is null or { IsGateway: true })
        {
            return new Verdict(DropCause.Unreachable);
        }

        if (source == AddressPlan.GatewayOffset && table.Host.IsService(facts.Protocol, facts.SourcePort) && IsFromGateway(table, facts))
        {
            TraceService(trace, facts.Protocol, facts.SourcePort);
            return receiver.Firewall is null ? new Verdict(DropCause.DeniedIn, receiver) : new Verdict(DropCause.None, receiver);
        }

        return ToContainer(receiver, facts, packet, now, trace);
    }

    /// <summary>About a packet that came through the tunnel from <paramref name="router"/>: its source must be a container of that server.</summary>
    public static Verdict FromTunnel(PeerTable table, IPEndPoint router, in FrameFacts facts, ReadOnlySpan<byte> packet, long now, DecisionTrace? trace = null)
    {
        if (facts.IsSourceRouted)
        {
            return new Verdict(DropCause.SourceRoute);
        }

        if (!IsRoutable(facts))
        {
            return new Verdict(DropCause.NotRoutable);
        }

        if (!TryGetOffset(table, facts, source: true, out var source) || !table.TryFind(source, out _, out var home) || !router.Equals(home))
        {
            return new Verdict(DropCause.Spoofed);
        }

        return TryGetOffset(table, facts, source: false, out var offset) && table.TryFind(offset, out var receiver, out _) && receiver is { IsGateway: false }
            ? ToContainer(receiver, facts, packet, now, trace)
            : new Verdict(DropCause.Unreachable);
    }

    private static Verdict ToContainer(Peer receiver, in FrameFacts facts, ReadOnlySpan<byte> packet, long now, DecisionTrace? trace)
    {
        if (receiver.Firewall is not { } firewall)
        {
            return new Verdict(DropCause.DeniedIn, receiver);
        }

        if (facts.IsFragment && !firewall.Policy.AllowFragments)
        {
            return new Verdict(DropCause.Fragment, receiver);
        }

        if ((firewall.HostIn is { } hostIn && !Allows(hostIn, receiver, facts, packet, isOut: false, now, out _, trace))
            || !Allows(firewall.In, receiver, facts, packet, isOut: false, now, out var router, trace)
            || router is not null)
        {
            return new Verdict(DropCause.DeniedIn, receiver);
        }

        if (receiver.Flows is { } flows)
        {
            Admit(flows, null, facts, isOut: false, now);
        }

        return new Verdict(DropCause.None, receiver);
    }

    /// <summary>True when the chain lets it through; <paramref name="router"/> is set by a gateway rule.</summary>
    private static bool Allows(Chain chain, Peer owner, in FrameFacts facts, ReadOnlySpan<byte> packet, bool isOut, long now, out IPEndPoint? router, DecisionTrace? trace)
    {
        var match = facts.IsV6
            ? chain.Find(isOut ? facts.Destination : facts.Source)
            : chain.Find(isOut ? facts.Destination4 : facts.Source4);
        var index = match.Rule == match.Fallback || IsReply(owner, facts, packet, isOut, now) ? match.Rule : match.Fallback;
        var rule = chain.RuleAt(index);
        trace?.Steps.Add(rule.ToString());
        router = rule.Rule.Target;
        return rule.Rule.Action != RuleAction.Deny;
    }

    private static bool IsReply(Peer owner, in FrameFacts facts, ReadOnlySpan<byte> packet, bool isOut, long now)
    {
        if (owner.Flows is not { } flows || facts.IsLaterFragment)
        {
            return false;
        }

        var second = (uint)(now / 1_000_000_000);
        if (!facts.IsIcmpError)
        {
            return flows.Refresh(FlowTable.Key(facts, isOut), facts.Protocol, second);
        }

        // An error answers the packet it quotes, which went the other way.
        return FrameReader.TryReadQuoted(packet, facts, out var quoted)
            && (isOut ? quoted.Destination == facts.Source : quoted.Source == facts.Destination)
            && flows.Refresh(FlowTable.Key(quoted, !isOut), quoted.Protocol, second);
    }

    /// <summary>Remembers the flow of an allowed packet; false when it is a new one too many.</summary>
    private static bool Admit(FlowTable flows, RateLimit? limit, in FrameFacts facts, bool isOut, long now)
    {
        if (facts.IsLaterFragment || facts.IsIcmpError)
        {
            return true;
        }

        var second = (uint)(now / 1_000_000_000);
        var key = FlowTable.Key(facts, isOut);
        if (flows.Refresh(key, facts.Protocol, second) && !facts.IsSyn)
        {
            return true;
        }

        if (limit is not null && !limit.TryTake(1, now))
        {
            return false;
        }

        flows.Remember(key, second);
        return true;
    }

    private static bool TryGetOffset(PeerTable table, in FrameFacts facts, bool source, out uint offset) => facts.IsV6
        ? table.Host.Plan.TryGetOffset(source ? facts.Source : facts.Destination, out offset)
        : table.Host.Plan.TryGetOffset(source ? facts.Source4 : facts.Destination4, out offset);

    private static void TraceService(DecisionTrace? trace, byte protocol, ushort port)
    {
        trace?.Steps.Add($"service of the gateway: {new GatewayService(protocol, port)}");
    }

    private static bool IsFromGateway(PeerTable table, in FrameFacts facts) =>
        facts.IsV6 ? facts.Source == table.Host.Plan.Gateway6 : facts.Source4 == table.Host.Plan.Gateway4;

    private static bool IsRoutable(in FrameFacts facts)
    {
        if (!facts.IsV6)
        {
            var first = facts.Destination4 >> 24;
            return first is not 0 and not 127 and < 224 && facts.Destination4 >> 16 != 0xa9fe;
        }

        // ff00::/8, fe80::/10, and ::/80 with the loopback, the unspecified and the IPv4-mapped ones.
        var top = (ushort)(facts.Destination >> 112);
        return top >> 8 != 0xff && (top & 0xffc0) != 0xfe80 && facts.Destination >> 48 != 0;
    }
}
