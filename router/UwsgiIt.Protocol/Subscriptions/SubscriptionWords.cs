using System.Text;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>The words of the wire for protocols and algorithms.</summary>
public static class SubscriptionWords
{
    /// <summary>Reads a <c>proto</c> value: uwsgi, http, fastcgi, scgi, h2c, or the letters u, h, f of 2.1 senders, in any case.</summary>
    public static bool TryReadProtocol(ReadOnlySpan<byte> word, out UpstreamProtocol protocol)
    {
        protocol = UpstreamProtocol.Uwsgi;
        if (Ascii.EqualsIgnoreCase(word, "uwsgi"u8) || Ascii.EqualsIgnoreCase(word, "u"u8))
        {
            return true;
        }

        if (Ascii.EqualsIgnoreCase(word, "http"u8) || Ascii.EqualsIgnoreCase(word, "h"u8))
        {
            protocol = UpstreamProtocol.Http;
            return true;
        }

        if (Ascii.EqualsIgnoreCase(word, "fastcgi"u8) || Ascii.EqualsIgnoreCase(word, "f"u8))
        {
            protocol = UpstreamProtocol.FastCgi;
            return true;
        }

        // No single letter for SCGI: the original's "s" might as well mean suwsgi.
        if (Ascii.EqualsIgnoreCase(word, "scgi"u8))
        {
            protocol = UpstreamProtocol.Scgi;
            return true;
        }

        protocol = UpstreamProtocol.H2c;
        return Ascii.EqualsIgnoreCase(word, "h2c"u8);
    }

    /// <summary>Reads an <c>algo</c> value; null when unknown, which means the router's default.</summary>
    public static BalancingAlgorithm? ReadAlgorithm(ReadOnlySpan<byte> word) => word switch
    {
        _ when word.SequenceEqual("wrr"u8) => BalancingAlgorithm.WeightedRoundRobin,
        _ when word.SequenceEqual("lrc"u8) => BalancingAlgorithm.LeastInFlight,
        _ when word.SequenceEqual("wlrc"u8) => BalancingAlgorithm.WeightedLeastInFlight,
        _ when word.SequenceEqual("iphash"u8) => BalancingAlgorithm.IpHash,
        _ => null,
    };

    /// <summary>The word for a protocol as it stands in a packet.</summary>
    public static string ToWord(UpstreamProtocol protocol) => protocol switch
    {
        UpstreamProtocol.Http => "http",
        UpstreamProtocol.FastCgi => "fastcgi",
        UpstreamProtocol.Scgi => "scgi",
        UpstreamProtocol.H2c => "h2c",
        _ => "uwsgi",
    };

    /// <summary>The word for an algorithm as it stands in a packet.</summary>
    public static string ToWord(BalancingAlgorithm algorithm) => algorithm switch
    {
        BalancingAlgorithm.LeastInFlight => "lrc",
        BalancingAlgorithm.WeightedLeastInFlight => "wlrc",
        BalancingAlgorithm.IpHash => "iphash",
        _ => "wrr",
    };
}
