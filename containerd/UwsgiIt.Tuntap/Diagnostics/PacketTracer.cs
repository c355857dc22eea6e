using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>Says which rules would decide about a packet, by the very code that decides about real ones.</summary>
internal static class PacketTracer
{
    public static bool TryTrace(TuntapRouter router, TraceRequest request, [NotNullWhen(true)] out TraceReport? report, [NotNullWhen(false)] out string? fault)
    {
        report = null;
        var table = router.Table;
        var sender = table.Peers.FirstOrDefault(peer => peer.Uid == request.From);
        if (request.From != Peer.GatewayUid && sender is null)
        {
            fault = $"{request.From} is neither a container here nor 0, the gateway";
            return false;
        }

        if (!TryBuild(table, request, out var packet, out fault))
        {
            return false;
        }

        var cause = FrameReader.Read(packet, out var facts);
        var trace = new DecisionTrace();
        var now = Stopwatch.GetTimestamp();
        var verdict = cause != DropCause.None ? new Verdict(cause)
            : sender is null ? PacketJudge.FromGateway(table, facts, packet, now, trace)
            : PacketJudge.FromContainer(sender, table, facts, packet, now, trace);
        var isPassed = verdict.Cause == DropCause.None;
        report = new TraceReport(
            isPassed ? "passed" : TuntapMetrics.NameOf(verdict.Cause),
            !isPassed ? null : verdict.Router is { } other ? $"router {other}" : verdict.Receiver!.IsGateway ? "gateway" : $"container {verdict.Receiver.Uid}",
            trace.Steps);
        return true;
    }

    private static bool TryBuild(PeerTable table, TraceRequest request, out byte[] packet, [NotNullWhen(false)] out string? fault)
    {
        packet = [];
        fault = null;
        if (request.Packet is { } hexadecimal)
        {
            try
            {
                packet = Convert.FromHexString(hexadecimal);
                return true;
            }
            catch (FormatException)
            {
                fault = "packet is not hexadecimal";
                return false;
            }
        }

        if (!IpPrefix.TryParseAddress(request.Destination, out var family, out var destination))
        {
            fault = $"destination \"{request.Destination}\" is not an address";
            return false;
        }

        var plan = table.Host.Plan;
        var source = family == AddressFamilies.V4 ? request.From == 0 ? plan.Gateway4 : plan.V4(request.From) : request.From == 0 ? plan.Gateway6 : plan.V6(request.From);
        if (request.Source is { } text && (!IpPrefix.TryParseAddress(text, out var sourceFamily, out source) || sourceFamily != family))
        {
            fault = $"source \"{text}\" is not an address of the destination's family";
            return false;
        }

        if (request.Protocol is not ("tcp" or "udp" or "icmp") || request.SourcePort is < 0 or > 65_535 || request.DestinationPort is < 0 or > 65_535)
        {
            fault = "protocol is none of tcp, udp, icmp, or a port is not 0 to 65535";
            return false;
        }

        packet = PacketBuilder.Build(family == AddressFamilies.V6, source, destination, request.Protocol, (ushort)request.SourcePort, (ushort)request.DestinationPort);
        return true;
    }
}
