using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>Caddy, without its automatic certificates.</summary>
internal sealed class Caddy : Subject
{
    public override string Name => "caddy";

    public override string? Version => FirstLine("/usr/bin/caddy", "version") is { } version ? "caddy " + version : null;

    public override bool Can(Scenario scenario) => scenario.Upstream != Upstream.Uwsgi && scenario is RateScenario or IdleScenario;

    public override ProcessTree Start(Ground ground, Scenario scenario, int port)
    {
        var site = scenario.Tls ? $"https://{Ground.Host}:{port}, https://127.0.0.1:{port}" : $"http://:{port}";
        var tls = scenario.Tls ? $"tls {ground.File(scenario.Certificate + ".crt")} {ground.File(scenario.Certificate + ".key")}" : "";
        var pass = scenario.Upstream == Upstream.FastCgi
            ? $"reverse_proxy unix/{ground.FastCgiBackend} {{\n transport fastcgi\n }}"
            : $"reverse_proxy {ground.HttpBackend} {{\n transport http {{\n keepalive_idle_conns_per_host 256\n }}\n }}";
        var config = Write(ground, scenario, ".caddy", $"{{\n admin off\n auto_https off\n storage file_system {ground.File("caddy")}\n}}\n{site} {{\n bind 127.0.0.1\n {tls}\n {pass}\n}}\n");
        return new ProcessTree(Log(ground), "/usr/bin/caddy", ["run", "--adapter", "caddyfile", "--config", config]);
    }
}
