using System.Globalization;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Tuntap.Tests.Routing;

/// <summary>
/// The contract once more, written to be read and not to be fast: addresses are strings of bits, rules are walked from the top, headers are
/// taken apart byte by byte. Shares nothing with the router but the policies' text.
/// </summary>
internal sealed class ReferenceRouter(IReadOnlyList<ContainerPolicy> containers, HostPolicy host)
{
    private const string Block4 = "00001010";
    private const string Block6 = "1111110101110101011101110111001101100111011010010000000000000000";

    private readonly HashSet<string> _flows = [];

    /// <summary>What becomes of a packet from a container (its uid) or the gateway (0): the cause, and who gets it: a uid, 0 for the gateway, or a router's address.</summary>
    public (DropCause Cause, string To) Decide(int from, byte[] packet)
    {
        var headers = Headers.TakeApart(packet);
        if (headers.Fault is { } fault)
        {
            return (fault, "");
        }

        var sender = from == 0 ? null : containers.Single(container => container.Uid == from);
        if (headers.SourceRouted)
        {
            return (DropCause.SourceRoute, "");
        }

        if (!Routable(headers.Destination))
        {
            return (DropCause.NotRoutable, "");
        }

        return sender is null ? FromGateway(headers) : FromContainer(sender, headers);
    }

    private (DropCause Cause, string To) FromContainer(ContainerPolicy sender, Headers packet)
    {
        if (packet.Source != AddressOf(sender.Uid, packet.V6))
        {
            return (DropCause.Spoofed, "");
        }

        if (packet.Fragment && !sender.AllowFragments)
        {
            return (DropCause.Fragment, "");
        }

        if (Walk(host.Rules, "out", packet, sender.Uid, out _) == "deny")
        {
            return (DropCause.DeniedOut, "");
        }

        string? target = null;
        var isGateway = packet.Destination == AddressAt(1, packet.V6);
        var action = isGateway && IsService(packet.Protocol, packet.DestinationPort) ? "allow" : Walk(ChainOf(sender), "out", packet, sender.Uid, out target);
        if (action == "deny")
        {
            return (DropCause.DeniedOut, "");
        }

        Remember(sender, "out", packet);
        if (target is not null)
        {
            return (DropCause.None, target);
        }

        if (isGateway || !InBlock(packet.Destination))
        {
            return (DropCause.None, "0");
        }

        foreach (var receiver in containers.Where(receiver => AddressOf(receiver.Uid, packet.V6) == packet.Destination))
        {
            return ToContainer(receiver, packet);
        }

        foreach (var (uid, router) in host.Remotes.Where(remote => AddressOf(remote.Key, packet.V6) == packet.Destination))
        {
            return (DropCause.None, router == "kernel" ? "0" : router);
        }

        return (DropCause.Unreachable, "");
    }

    private (DropCause Cause, string To) FromGateway(Headers packet)
    {
        var isFromGateway = packet.Source == AddressAt(1, packet.V6);
        if (InBlock(packet.Source) && !isFromGateway && !host.Remotes.Any(remote => remote.Value == "kernel" && AddressOf(remote.Key, packet.V6) == packet.Source))
        {
            return (DropCause.Spoofed, "");
        }

        var receiver = containers.SingleOrDefault(receiver => AddressOf(receiver.Uid, packet.V6) == packet.Destination);
        return receiver is null ? (DropCause.Unreachable, "")
            : isFromGateway && IsService(packet.Protocol, packet.SourcePort) ? (DropCause.None, Text(receiver.Uid))
            : ToContainer(receiver, packet);
    }

    private (DropCause Cause, string To) ToContainer(ContainerPolicy receiver, Headers packet)
    {
        if (packet.Fragment && !receiver.AllowFragments)
        {
            return (DropCause.Fragment, "");
        }

        if (Walk(host.Rules, "in", packet, receiver.Uid, out _) == "deny" || Walk(ChainOf(receiver), "in", packet, receiver.Uid, out var target) == "deny" || target is not null)
        {
            return (DropCause.DeniedIn, "");
        }

        Remember(receiver, "in", packet);
        return (DropCause.None, Text(receiver.Uid));
    }

    private static List<string> ChainOf(ContainerPolicy container)
    {
        var rules = new List<string>();
        foreach (var link in container.Links)
        {
            foreach (var v6 in new[] { false, true })
            {
                rules.Add($"in {AddressOf(link, v6)} * allow");
                rules.Add($"out * {AddressOf(link, v6)} allow");
            }
        }

        rules.AddRange([$"in {Block4} * deny", $"out * {Block4} deny", $"in 6{Block6} * deny", $"out * 6{Block6} deny"]);
        if (container.Dmz)
        {
            rules.AddRange(["in * * deny", "out * * deny"]);
        }

        rules.AddRange(container.Rules);
        rules.AddRange(container.DenyByDefault ? ["in * * deny", "out * * deny"] : ["in * * allow", "out * * allow"]);
        return rules;
    }

    private string Walk(IEnumerable<string> rules, string direction, Headers packet, int owner, out string? target)
    {
        target = null;
        foreach (var rule in rules)
        {
            var words = rule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == direction && Matches(words[1], packet.Source, packet.V6) && Matches(words[2], packet.Destination, packet.V6)
                && (words[3] != "replies" || IsReply(owner, direction, packet)))
            {
                target = words.Length > 4 ? words[4] : null;
                return words[3] == "deny" ? "deny" : "allow";
            }
        }

        return "allow";
    }

    // A block is the string of its leading bits, as addresses are, or text as in the rules.
    private static bool Matches(string block, string address, bool v6)
    {
        if (block is "*" or "any" or "0.0.0.0" or "0.0.0.0/0")
        {
            return true;
        }

        if (!block.Contains('.', StringComparison.Ordinal) && !block.Contains(':', StringComparison.Ordinal))
        {
            return address.StartsWith(block, StringComparison.Ordinal);
        }

        if (block.Contains(':', StringComparison.Ordinal) != v6)
        {
            return false;
        }

        var parts = block.Split('/');
        var bits = string.Concat(System.Net.IPAddress.Parse(parts[0]).GetAddressBytes().Select(static value => value.ToString("b8", CultureInfo.InvariantCulture)));
        return address[(v6 ? 1 : 0)..].StartsWith(bits[..(parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : bits.Length)], StringComparison.Ordinal);
    }

    private void Remember(ContainerPolicy container, string direction, Headers packet)
    {
        if (container.Rules.Any(static rule => rule.Contains("replies", StringComparison.Ordinal)) && packet.HasTransport && !packet.IsError)
        {
            _flows.Add(Flow(container.Uid, direction, packet));
        }
    }

    private bool IsReply(int owner, string direction, Headers packet)
    {
        if (!packet.HasTransport)
        {
            return false;
        }

        if (!packet.IsError)
        {
            return _flows.Contains(Flow(owner, direction, packet));
        }

        return packet.Quoted is { } quoted && AddressOf(owner, packet.V6) == (direction == "in" ? quoted.Source : quoted.Destination)
            && _flows.Contains(Flow(owner, direction == "in" ? "out" : "in", quoted));
    }

    private static string Flow(int owner, string direction, Headers packet) => direction == "out"
        ? $"{owner} {packet.Protocol} {packet.Destination} {packet.SourcePort} {packet.DestinationPort}"
        : $"{owner} {packet.Protocol} {packet.Source} {packet.DestinationPort} {packet.SourcePort}";

    private bool IsService(int protocol, int port) => port != 0 && host.GatewayServices.Contains($"{(protocol == 6 ? "tcp" : protocol == 17 ? "udp" : "?")}/{port}");

    private static bool InBlock(string address) => address.StartsWith('6') ? address[1..].StartsWith(Block6, StringComparison.Ordinal) : address.StartsWith(Block4, StringComparison.Ordinal);

    private static string AddressOf(int uid, bool v6) => AddressAt(uid - 30000 + 2, v6);

    private static string AddressAt(int number, bool v6) => v6
        ? "6" + Block6 + Convert.ToString(number, 2).PadLeft(64, '0')
        : Block4 + Convert.ToString(number, 2).PadLeft(24, '0');

    private static bool Routable(string address) => address.StartsWith('6')
        ? !address.StartsWith("611111111", StringComparison.Ordinal) && !address.StartsWith("61111111010", StringComparison.Ordinal) && address[1..81].Contains('1', StringComparison.Ordinal)
        : !address.StartsWith("00000000", StringComparison.Ordinal) && !address.StartsWith("01111111", StringComparison.Ordinal)
            && !address.StartsWith("111", StringComparison.Ordinal) && !address.StartsWith("1010100111111110", StringComparison.Ordinal);

    private static string Text(int uid) => uid.ToString(CultureInfo.InvariantCulture);
}
