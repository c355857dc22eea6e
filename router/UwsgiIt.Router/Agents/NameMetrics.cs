using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Agents;

/// <summary>The series that the api keeps for a name, and where a node has them. All are counters.</summary>
internal static class NameMetrics
{
    /// <summary>Names of the series; values come in the same order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "domain.hits", "domain.net.rx", "domain.net.tx",
        "domain.status.1xx", "domain.status.2xx", "domain.status.3xx", "domain.status.4xx", "domain.status.5xx",
        "domain.latency.5ms", "domain.latency.25ms", "domain.latency.100ms", "domain.latency.500ms", "domain.latency.2500ms", "domain.latency.10s",
    ];

    /// <summary>What a node has counted so far. Bytes are its upstream's, whose counters begin anew when its protocol changes.</summary>
    public static long[] Of(Node node)
    {
        var values = new long[Names.Count];
        values[0] = node.Requests;
        if (node.Upstream is { } upstream)
        {
            // From the application's side, as the original's: it receives what we send.
            values[1] = upstream.BytesSent;
            values[2] = upstream.BytesReceived;
        }

        if (node.Answers is { } answers)
        {
            for (var i = 0; i < NodeAnswers.Statuses; i++)
            {
                values[3 + i] = answers.OfStatus(i + 1);
            }

            for (var i = 0; i < NodeAnswers.Bounds.Length; i++)
            {
                values[3 + NodeAnswers.Statuses + i] = answers.Within(i);
            }
        }

        return values;
    }
}
