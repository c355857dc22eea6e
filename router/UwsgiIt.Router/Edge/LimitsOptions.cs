using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Edge;

/// <summary>What one client, and all of them together, may hold or do. Changes need a restart. All sources "ours" unless said.</summary>
internal sealed class LimitsOptions : IValidatedOptions
{
    public static string SectionName => "Limits";

    /// <summary>Most client connections at once. Default 50,000; above that they are closed unanswered.</summary>
    public int MaxConnections { get; set; } = 50_000;

    /// <summary>Of these, how many only addresses with less than eight connections get. Default 5,000.</summary>
    public int ReservedConnections { get; set; } = 5_000;

    /// <summary>Most connections of one address, an IPv6 /64 being one. Default 1,000. Trusted proxies and unix listeners are free of it.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 1_000;

    /// <summary>Most TLS handshakes at once, some 150 MiB at worst; the last tenth is for addresses with less than four. Default 2,000.</summary>
    public int MaxHandshakes { get; set; } = 2_000;

    /// <summary>Most TLS handshakes of one address at once. Default 100.</summary>
    public int MaxHandshakesPerAddress { get; set; } = 100;

    /// <summary>Most TLS handshakes for one name at once; names without a certificate of their own are one together. Default 1,000.</summary>
    public int MaxHandshakesPerName { get; set; } = 1_000;

    /// <summary>Slowest request body, in bytes per second. Default 240 (Kestrel's).</summary>
    public int MinRequestRate { get; set; } = 240;

    /// <summary>
    /// Slowest client of a response, in bytes per second, by what it acknowledges in each <c>Forwarding:ClientStallTimeout</c>. Default 5,120; a modem
    /// of 56k takes 7,000. Answers of our own, of HTTP/2 and through YARP are under Kestrel's measure of the same rate, which goes by what it hands to the kernel.
    /// </summary>
    public int MinResponseRate { get; set; } = 5_120;

    /// <summary>How long a body may be slower. Default 5 s (Kestrel's).</summary>
    public TimeSpan MinDataRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most HTTP/2 streams of a connection at once. Default 100 (Kestrel's).</summary>
    public int MaxStreams { get; set; } = 100;

    /// <summary>HTTP/2 stream resets in ten seconds of one connection, the client's and those it made us send. Default 400: a browser that leaves a page cancels all it asked for.</summary>
    public int MaxResets { get; set; } = 400;

    /// <summary>HTTP/2 PING, SETTINGS, PRIORITY, CONTINUATION, empty DATA and unknown frames in ten seconds of one connection, each kind. Default 200.</summary>
    public int MaxControlFrames { get; set; } = 200;

    /// <summary>HTTP/2 WINDOW_UPDATE frames in ten seconds of one connection. Default 50,000.</summary>
    public int MaxWindowUpdates { get; set; } = 50_000;

    /// <summary>Bytes of HTTP/2 header blocks in ten seconds of one connection. Default 8 MiB.</summary>
    public int MaxHeaderBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Resets and control frames in ten seconds of one address, all connections together. Default 4,000.</summary>
    public int MaxAbusePerAddress { get; set; } = 4_000;

    /// <summary>Resets and control frames in ten seconds of everybody; beyond it, whoever sends another is cut. Default 200,000.</summary>
    public int MaxAbuse { get; set; } = 200_000;

    /// <summary>Most WebSockets and other upgraded connections of one name at once. Default 10,000; above that 503.</summary>
    public int MaxUpgradesPerName { get; set; } = 10_000;

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var (setting, value) in new[]
        {
            ("MaxConnections", MaxConnections), ("MaxConnectionsPerAddress", MaxConnectionsPerAddress), ("MaxHandshakes", MaxHandshakes), ("MaxHandshakesPerAddress", MaxHandshakesPerAddress), ("MaxHandshakesPerName", MaxHandshakesPerName),
            ("MinRequestRate", MinRequestRate), ("MinResponseRate", MinResponseRate), ("MaxStreams", MaxStreams), ("MaxResets", MaxResets), ("MaxControlFrames", MaxControlFrames), ("MaxWindowUpdates", MaxWindowUpdates),
            ("MaxHeaderBytes", MaxHeaderBytes), ("MaxAbusePerAddress", MaxAbusePerAddress), ("MaxAbuse", MaxAbuse), ("MaxUpgradesPerName", MaxUpgradesPerName),
        })
        {
            if (value < 1)
            {
                yield return new OptionFault($"Limits:{setting}", $"{value}", "is not a positive number", "Write at least 1");
            }
        }

        if (ReservedConnections < 0 || ReservedConnections >= MaxConnections)
        {
            yield return new OptionFault("Limits:ReservedConnections", $"{ReservedConnections}", "leaves nothing of MaxConnections", "Write less, for example a tenth of it");
        }

        if (MinDataRateGrace < TimeSpan.FromSeconds(1))
        {
            yield return new OptionFault("Limits:MinDataRateGrace", $"{MinDataRateGrace}", "is less than a second", "Write for example \"00:00:05\"");
        }
    }
}
