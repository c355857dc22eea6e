using System.Diagnostics.CodeAnalysis;
using System.Net;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>
/// Reads the rule language of the original: <c>in|out SOURCE[/n] DESTINATION[/n] allow|deny|route|gateway [ADDRESS:PORT]</c>, and our
/// <c>replies</c>.
/// </summary>
public static class FirewallRuleParser
{
    /// <summary>Longest line, in characters. Ours: the longest good line has some 170.</summary>
    public const int MaxLineLength = 256;

    private const int MaxWords = 5;

    /// <summary>Reads one rule; on false <paramref name="fault"/> says what is wrong with it.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out FirewallRule? rule, [NotNullWhen(false)] out string? fault)
    {
        rule = null;
        if (line.Length > MaxLineLength)
        {
            fault = $"a rule is longer than {MaxLineLength} characters";
            return false;
        }

        Span<Range> words = stackalloc Range[MaxWords + 1];
        var count = line.SplitAny(words, [' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (count is not 4 and not 5)
        {
            fault = $"\"{line}\" does not read: in|out SOURCE DESTINATION allow|deny|replies|gateway [ADDRESS:PORT]";
            return false;
        }

        if (!TryParseDirection(line[words[0]], out var direction))
        {
            fault = $"\"{line[words[0]]}\" is neither in nor out";
            return false;
        }

        if (!IpPrefix.TryParse(line[words[1]], out var source, out fault) || !IpPrefix.TryParse(line[words[2]], out var destination, out fault))
        {
            return false;
        }

        if (!TryParseAction(line[words[3]], out var action))
        {
            fault = $"\"{line[words[3]]}\" is none of allow, deny, replies, route, gateway";
            return false;
        }

        IPEndPoint? target = null;
        if (!TryParseTarget(action, count == 5 ? line[words[4]] : default, ref target))
        {
            fault = action == RuleAction.Gateway ? $"\"{line}\" names no ADDRESS:PORT to send to" : $"\"{line}\" has something behind its action";
            return false;
        }

        rule = new FirewallRule(direction, source, destination, action, target);
        fault = rule.Families == AddressFamilies.None ? $"\"{line}\" has an IPv4 and an IPv6 side, so it matches nothing" : null;
        return fault is null;
    }

    private static bool TryParseDirection(ReadOnlySpan<char> word, out RuleDirection direction)
    {
        direction = word is "out" ? RuleDirection.Out : RuleDirection.In;
        return word is "in" or "out";
    }

    private static bool TryParseAction(ReadOnlySpan<char> word, out RuleAction action)
    {
        (action, var known) = word switch
        {
            "allow" => (RuleAction.Allow, true),
            "deny" => (RuleAction.Deny, true),
            "gateway" or "route" => (RuleAction.Gateway, true),
            "replies" => (RuleAction.Replies, true),
            _ => (RuleAction.Deny, false),
        };
        return known;
    }

    private static bool TryParseTarget(RuleAction action, ReadOnlySpan<char> word, ref IPEndPoint? target)
    {
        if (action != RuleAction.Gateway)
        {
            return word.IsEmpty;
        }

        return word.Length is > 0 and <= 64 && word.LastIndexOf(':') > 0 && !word.Contains('%') && IPEndPoint.TryParse(word, out target) && target.Port > 0
            && (target.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || IpPrefix.TryParseAddress(word[..word.LastIndexOf(':')], out _, out _));
    }
}
