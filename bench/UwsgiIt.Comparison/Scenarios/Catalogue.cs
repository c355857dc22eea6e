using UwsgiIt.Comparison.Loads;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>All there are, in the order of the report, with what is promised of each.</summary>
internal static class Catalogue
{
    private const string Nginx = "nginx";
    private const string HaProxy = "haproxy";
    private const string Uwsgi = "uwsgi";
    private const string Yarp = "yarp";

    private static readonly Metric P99 = Metric.Percentile(99, "half load");

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new RateScenario("small-get", "HTTP/1.1 keep-alive, 13 bytes", new WrkLoad("/"))
        {
            Latency = static plan => plan,
            Targets =
            [
                new(Metric.CpuPerRequest, Nginx, 0.8), new(Metric.CpuPerRequest, HaProxy, 0.8), new(Metric.CpuPerRequest, Yarp, 0.5),
                new(Metric.Throughput, Nginx, 1), new(Metric.Throughput, HaProxy, 1), new(P99, Nginx, 1), new(P99, HaProxy, 1),
            ],
        },
        new RateScenario("get-16k", "HTTP/1.1 keep-alive, 16 KiB", new WrkLoad("/16384")) { Latency = static plan => plan with { Mix = new TrafficMix([new TrafficItem("/16384")]) } },
        new RateScenario("get-1m", "HTTP/1.1 keep-alive, 1 MiB", new WrkLoad("/1048576", Connections: 16)) { Cost = Metric.BytesPerCpuSecond, Targets = [new(Metric.BytesPerCpuSecond, Nginx, 1)] },
        new RateScenario("upload-64k", "POST of 64 KiB", new WrkLoad("/", BodyBytes: 65536, Connections: 32)),
        new RateScenario("connection-per-request", "a connection for each request", new WrkLoad("/", KeepAlive: false)),
        new RateScenario("uwsgi", "uwsgi upstream over a unix socket", new WrkLoad("/"))
        {
            Upstream = Upstream.Uwsgi,
            Latency = static plan => plan,
            Targets = [new(Metric.CpuPerRequest, Uwsgi, 0.6), new(Metric.CpuPerRequest, Nginx, 0.7)],
        },
        new RateScenario("fastcgi", "FastCGI upstream over a unix socket", new WrkLoad("/")) { Upstream = Upstream.FastCgi },
        new RateScenario("websocket", "WebSocket echo, 64 bytes", new OwnLoad(LoadProtocol.WebSocket, BodyBytes: 64)),
        new RateScenario("tls", "HTTPS keep-alive, 13 bytes", new WrkLoad("/")) { Tls = true, Latency = static plan => plan, Targets = [new(Metric.CpuPerRequest, Nginx, 1)] },
        new RateScenario("h2", "HTTP/2 over TLS, 4 connections of 100 streams", new H2Load("/", 4, 100)) { Tls = true },
        new RateScenario("handshake-ecdsa", "full TLS handshake, ECDSA P-256, then one request", Handshakes(resume: false)) { Tls = true, Targets = [new(Metric.CpuPerRequest, Nginx, 1)] },
        new RateScenario("handshake-rsa", "full TLS handshake, RSA 2048, then one request", Handshakes(resume: false)) { Tls = true, Certificate = "rsa", Targets = [new(Metric.CpuPerRequest, Nginx, 1)] },
        new RateScenario("handshake-resumed", "resumed TLS handshake, then one request", Handshakes(resume: true)) { Tls = true, Targets = [new(Metric.CpuPerRequest, Nginx, 1)] },
        new IdleScenario("idle", "idle connections, plain") { Targets = [new(Metric.BytesPerConnection, null, 8 * 1024)] },
        new IdleScenario("idle-tls", "idle connections, TLS") { Tls = true, Targets = [new(Metric.BytesPerConnection, null, 40 * 1024)] },
        new NamesScenario("sni-100k", "100,000 names with a certificate each") { Tls = true, Count = static pace => pace.CertifiedNames, Targets = [new(Metric.Ready, null, 5), new(Metric.BytesPerName, null, 8 * 1024)] },
        new NamesScenario("names-1m", "1,000,000 names from a snapshot") { Count = static pace => pace.SnapshotNames },
        new AnnounceScenario("announces", "100,000 names that announce themselves, 10,000 a second, while serving") { Targets = [new(AnnounceScenario.Cost, null, 1), new(AnnounceScenario.Lost, null, 0)] },
        new JunkScenario("junk", "60,000 junk packets a second while serving") { Targets = [new(JunkScenario.Slower, null, 2), new(AnnounceScenario.Lost, null, 0)] },
        new ChangeScenario("reload", "settings read again under load", SwapsCertificate: false) { Targets = [new(Metric.Failures, null, 0)] },
        new ChangeScenario("swap", "certificate replaced under load", SwapsCertificate: true) { Tls = true, Certificate = ChangeScenario.Swapped, Targets = [new(Metric.Failures, null, 0)] },
    ];

    private static OwnLoad Handshakes(bool resume) => new(LoadProtocol.Http1, Connections: 16, KeepAlive: false, TlsResume: resume);
}
