using System.Globalization;
using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>HAProxy, one process with a thread for each core.</summary>
internal sealed class HaProxy : Subject
{
    public override string Name => "haproxy";

    /// <summary>It reserves two files for each connection, and some for itself.</summary>
    public override int MaxConnections
    {
        get
        {
            var limit = File.ReadLines("/proc/self/limits").Single(static line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            return int.TryParse(limit, CultureInfo.InvariantCulture, out var files) ? Math.Max(100, (files - 500) / 2) : int.MaxValue;
        }
    }

    public override string? Version => FirstLine("/usr/sbin/haproxy", "-v");

    public override bool Can(Scenario scenario) => scenario.Upstream == Upstream.Http && scenario is RateScenario or IdleScenario;

    public override ProcessTree Start(Ground ground, Scenario scenario, int port)
    {
        var tls = scenario.Tls ? $" ssl crt {ground.File(scenario.Certificate + ".pem")} alpn h2,http/1.1" : "";

        // The same headers as every other subject adds.
        var config = Write(ground, scenario, ".cfg", $"""
            global
                nbthread {Ground.Cores}
            defaults
                mode http
                timeout connect 5s
                timeout client 300s
                timeout server 300s
                timeout tunnel 300s
                http-reuse always
            frontend in
                bind 127.0.0.1:{port}{tls}
                http-request set-header X-Forwarded-For %[src]
                http-request set-header X-Forwarded-Proto {(scenario.Tls ? "https" : "http")}
                http-request set-header X-Forwarded-Host %[req.hdr(host)]
                default_backend app
            backend app
                server app {ground.HttpBackend}

            """);
        return new ProcessTree(Log(ground), "/usr/sbin/haproxy", ["-db", "-f", config]);
    }
}
