using System.Globalization;
using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>uWSGI's own http router, to a uwsgi upstream: what it was made for.</summary>
internal sealed class Uwsgi : Subject
{
    public override string Name => "uwsgi";

    public override string? Version => FirstLine("uwsgi", "--version") is { } version ? "uWSGI " + version : null;

    public override bool Can(Scenario scenario) => scenario is RateScenario { Upstream: Upstream.Uwsgi, Tls: false };

    public override ProcessTree Start(Ground ground, Scenario scenario, int port) => new(
        Log(ground), "uwsgi",
        ["--plugin", "http", "--http", $"127.0.0.1:{port}", "--http-to", ground.UwsgiBackend, "--http-keepalive=300", "--http-processes", Ground.Cores.ToString(CultureInfo.InvariantCulture),
            "--master", "--processes", "0", "--listen", "128", "--disable-logging"]);
}
