using System.Text;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Dns;
using UwsgiIt.Tuntap.Frames;
using static UwsgiIt.Fuzz.FuzzTarget;

namespace UwsgiIt.Fuzz;

/// <summary>Frames of containers, questions to the relay, rules.</summary>
internal static class TuntapTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["frame"] = new(Frame, [Convert.FromHexString("4600001e00002000401100000a000003c000020783030400000000000000"), Convert.FromHexString("600000000010" + "2c40" + "fd75777367690000000000000000000320010db80000000000000000000000071100000100000000" + "0001000200080000"), Convert.FromHexString("450000380000400040010000c00002080a00000303010000000000004500001400004000400600000a000003c0000207" + "9c4001bb00000000")]),
        ["dns-question"] = new(DnsName, [[1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, (byte)'d', (byte)'b', 5, .. "local"u8, 0, 0, 1, 0, 1]]),
        ["tunnel"] = new(TunnelDatagrams.Read, [[1, 0, 0, 0, 7, 0, 0, 0, .. new byte[56]], [2, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, .. new byte[48]], [3, 0, 0, 0, 9, 0, 0, 0, .. new byte[60]]]),
        ["segments"] = new(Segments, [[1, 1, 54, 0, 100, 0, 20, 0, 16, 0, .. Convert.FromHexString("4500012c00004000400600000a000003c0000207000100020000000000000000501800000000000000"), .. new byte[259]], Convert.FromHexString("0b746464874c6464648064640c0000102c6444ff00400b80646464646fe42c000c0001ffe42c000b0045000105ffff0500400600010a0000ffe52c00000000008064")]),
        ["rule"] = new(Rule, Texts("in 10.0.0.3/32 10.0.0.4/32 allow", "out any 2001:db8::/32 gateway [2001:db8::1]:999", "in 0.0.0.0 any replies")),
    };

    private static void Frame(byte[] bytes)
    {
        if (FrameReader.Read(bytes, out var facts) == DropCause.None)
        {
            Check(facts.TransportOffset >= (facts.IsV6 ? 40 : 20) && facts.TransportOffset <= bytes.Length, "the transport header is not within the packet");
            Check(!facts.IsLaterFragment || (facts.IsFragment && facts.SourcePort == 0 && facts.TcpFlags == 0), "a later fragment with a transport header");
            _ = FrameReader.TryReadQuoted(bytes, facts, out _);
        }
    }

    private static void Segments(byte[] bytes)
    {
        if (bytes.Length <= VirtioHeader.Bytes || FrameReader.Read(bytes.AsSpan(VirtioHeader.Bytes), out var facts) != DropCause.None)
        {
            return;
        }

        var packet = new byte[65_536];
        var count = Segmenter.Count(bytes, facts);
        Check(count >= 0 && count <= bytes.Length, "more packets than bytes");
        for (var i = 0; i < count; i++)
        {
            Check(Segmenter.Write(bytes, facts, i, packet) <= bytes.Length, "a packet longer than its frame");
        }
    }

    private static void DnsName(byte[] bytes)
    {
        if (DnsQuestion.TryRead(bytes, out var question))
        {
            Check(question.EndOffset <= bytes.Length && question.Name.Length <= DnsQuestion.MaxNameBytes, "a question beyond its message");
            Check(DnsAnswer.Write(bytes, question, DnsAnswer.NoError, [1, 2, 3, 4]).Length == question.EndOffset + 16, "an answer of another length");
        }
    }

    private static void Rule(byte[] bytes)
    {
        if (FirewallRuleParser.TryParse(Encoding.Latin1.GetString(bytes), out var rule, out var fault))
        {
            Check(FirewallRuleParser.TryParse(rule.ToString(), out var again, out fault), $"written again it is refused: {fault}");
            Check(again == rule, "written again it reads differently");
        }
        else
        {
            Check(fault.Length > 0, "refused without a reason");
        }
    }
}
