using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Forwarding;

/// <summary>Bounds of the way to an upstream and back. All sources "ours" unless said.</summary>
internal sealed class ForwardingOptions : IValidatedOptions
{
    public static string SectionName => "Forwarding";

    /// <summary>Longest wait for a connection. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for the response head once the request was sent. Default 60 s (the original's http-timeout).</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest silence within a request or response body. Default 60 s.</summary>
    public TimeSpan BodyIdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a client may leave a response where it is: in each such time it has to acknowledge what <c>Limits:MinResponseRate</c> asks for, with no
    /// credit for having been fast. Default 10 s. A name may have its own (<c>Policy:…:ClientStallTimeout</c>).
    /// </summary>
    public TimeSpan ClientStallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of a request in all, once its head has arrived; an upgraded connection has its own bound. Default 4 hours.</summary>
    public TimeSpan MaxRequestTime { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Longest silence, both ways together, of an upgraded connection. Default 1 hour.</summary>
    public TimeSpan UpgradeIdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Longest time of an upgraded connection or a session without HTTP in all. Default 24 hours.</summary>
    public TimeSpan MaxSessionTime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Longest response head, in bytes. Default 65,536.</summary>
    public int MaxResponseHeadBytes { get; set; } = 65_536;

    /// <summary>Most response headers. Default 200.</summary>
    public int MaxResponseHeaders { get; set; } = 200;

    /// <summary>Idle connections kept per upstream, where its protocol allows. Default 256.</summary>
    public int MaxIdleConnections { get; set; } = 256;

    /// <summary>How long an idle connection is kept. Default 30 s.</summary>
    public TimeSpan IdleConnectionTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Nodes tried for one request. Default 4 (the original: one and three retries).</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>Most requests of one node at once; more wait, or go to another node. Default 0: no limit.</summary>
    public int MaxRequestsPerNode { get; set; }

    /// <summary>How long the share of a new or returned node grows to its weight (wrr). Default 0: it has all at once.</summary>
    public TimeSpan SlowStart { get; set; }

    /// <summary>Most requests of one name that wait for a node; more get 503 at once. Default 1,000.</summary>
    public int MaxQueued { get; set; } = 1_000;

    /// <summary>How long a request waits for a node that is not busy; then 503. Default 5 s.</summary>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Failed answers in a row (closed early, refused, timed out) after which a node is taken out, if another is left. Default 5.</summary>
    public int EjectAfterFailures { get; set; } = 5;

    /// <summary>How long a node is out the first time; doubles each time up to <see cref="MaxEjectionTime"/>. Default 10 s.</summary>
    public TimeSpan EjectionTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time a node is out. Default 5 minutes.</summary>
    public TimeSpan MaxEjectionTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A request body of unknown length for a CGI-like upstream is kept in memory up to this, in bytes. Default 64 KiB.</summary>
    public int BufferMemoryBytes { get; set; } = 64 * 1024;

    /// <summary>Longest such body, in bytes; what does not fit memory goes to an unlinked file. Default 1 GiB; longer: 413.</summary>
    public long MaxBufferedBodyBytes { get; set; } = 1L << 30;

    /// <summary>Folder of those files. Default: the system's.</summary>
    public string TemporaryDirectory { get; set; } = Path.GetTempPath();

    /// <summary>Whether the client's certificate goes to upstreams as HTTPS_CC (PEM). Default false (the original's https-export-cert).</summary>
    public bool ExportClientCertificate { get; set; }

    /// <summary>Folder that SCRIPT_FILENAME of FastCGI requests starts with. Empty (the default) leaves SCRIPT_FILENAME out.</summary>
    public string FastCgiDocumentRoot { get; set; } = "";

    /// <summary>
    /// Peers, as <c>ip</c>, <c>ip/bits</c> or <c>unix</c>, whose X-Forwarded-For, -Proto, -Host and Forwarded are believed and sent on. Default none:
    /// nobody's are.
    /// </summary>
    public IList<string> TrustedProxies { get; init; } = [];

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var text in TrustedProxies.Where(static text => !Edge.Networks.IsValid(text)))
        {
            yield return new OptionFault("Forwarding:TrustedProxies", text, "is not an address or a range", "Write 10.0.0.1, 10.0.0.0/8, fd00::/8 or unix");
        }

        foreach (var (setting, value) in new[]
        {
            ("ConnectTimeout", ConnectTimeout), ("ResponseTimeout", ResponseTimeout), ("BodyIdleTimeout", BodyIdleTimeout), ("ClientStallTimeout", ClientStallTimeout), ("MaxRequestTime", MaxRequestTime),
            ("QueueTimeout", QueueTimeout), ("EjectionTime", EjectionTime), ("MaxEjectionTime", MaxEjectionTime),
            ("UpgradeIdleTimeout", UpgradeIdleTimeout), ("MaxSessionTime", MaxSessionTime), ("IdleConnectionTimeout", IdleConnectionTimeout),
        })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return new OptionFault($"Forwarding:{setting}", value.ToString(), "is not a positive time", "Write for example \"00:00:30\"");
            }
        }

        foreach (var (setting, value, low) in new[]
        {
            ("MaxResponseHeadBytes", MaxResponseHeadBytes, 1024), ("MaxResponseHeaders", MaxResponseHeaders, 1),
            ("MaxIdleConnections", MaxIdleConnections, 0), ("MaxAttempts", MaxAttempts, 1), ("MaxRequestsPerNode", MaxRequestsPerNode, 0), ("MaxQueued", MaxQueued, 0), ("EjectAfterFailures", EjectAfterFailures, 1), ("BufferMemoryBytes", BufferMemoryBytes, 1024),
        })
        {
            if (value < low)
            {
                yield return new OptionFault($"Forwarding:{setting}", $"{value}", "is too small", $"Write at least {low}");
            }
        }

        if (MaxBufferedBodyBytes < BufferMemoryBytes)
        {
            yield return new OptionFault("Forwarding:MaxBufferedBodyBytes", $"{MaxBufferedBodyBytes}", "is less than BufferMemoryBytes", "Write a larger number of bytes");
        }

        if (!Directory.Exists(TemporaryDirectory))
        {
            yield return new OptionFault("Forwarding:TemporaryDirectory", TemporaryDirectory, "is not a folder", "Name a folder that the router may write to");
        }
    }
}
