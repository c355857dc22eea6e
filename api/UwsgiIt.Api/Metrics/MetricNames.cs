namespace UwsgiIt.Api.Metrics;

/// <summary>The series we keep. The numbers are in the database: only append.</summary>
internal static class MetricNames
{
    /// <summary>Number of <c>domain.hits</c>: says which containers serve which domains.</summary>
    public const int DomainHits = 22;

    private static readonly Dictionary<string, (int Number, bool Counter)> All = new(StringComparer.Ordinal)
    {
        ["container.cpu"] = (1, true), // nanoseconds
        ["container.io.read"] = (2, true), // bytes, as all that follow unless said
        ["container.io.write"] = (3, true),
        ["container.net.rx"] = (4, true),
        ["container.net.tx"] = (5, true),
        ["container.mem"] = (6, false),
        ["container.mem.rss"] = (7, false),
        ["container.mem.cache"] = (8, false),
        ["container.quota"] = (9, false),
        ["container.inodes"] = (10, false), // files
        ["container.pids"] = (11, false), // processes
        ["container.oom"] = (12, true), // kills
        ["domain.net.rx"] = (20, true),
        ["domain.net.tx"] = (21, true),
        ["domain.hits"] = (DomainHits, true), // requests, as all that follow
        ["domain.status.1xx"] = (23, true),
        ["domain.status.2xx"] = (24, true),
        ["domain.status.3xx"] = (25, true),
        ["domain.status.4xx"] = (26, true),
        ["domain.status.5xx"] = (27, true),
        ["domain.latency.5ms"] = (30, true), // requests answered within
        ["domain.latency.25ms"] = (31, true),
        ["domain.latency.100ms"] = (32, true),
        ["domain.latency.500ms"] = (33, true),
        ["domain.latency.2500ms"] = (34, true),
        ["domain.latency.10s"] = (35, true),
    };

    /// <summary>What the original has; the legacy root knows no more.</summary>
    private static readonly HashSet<string> LegacyNames = ["container.cpu", "container.io.read", "container.io.write", "container.net.rx", "container.net.tx", "container.mem", "container.mem.rss", "container.mem.cache", "container.quota", "domain.net.rx", "domain.net.tx", "domain.hits"];

    public static IEnumerable<string> Names => All.Keys;

    public static bool TryFind(string name, out int number)
    {
        var found = All.TryGetValue(name, out var metric);
        number = metric.Number;
        return found;
    }

    public static bool IsLegacy(string name) => LegacyNames.Contains(name);

    public static bool IsOfDomains(string name) => name.StartsWith("domain.", StringComparison.Ordinal);
}
