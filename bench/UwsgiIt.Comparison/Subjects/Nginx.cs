using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>nginx with kept upstream connections, as its documentation advises, and without files between client and upstream.</summary>
internal sealed class Nginx : Subject
{
    public override string Name => "nginx";

    public override string? Version => FirstLine("/usr/sbin/nginx", "-v");

    public override bool Can(Scenario scenario) => scenario is RateScenario or IdleScenario or ChangeScenario;

    public override ProcessTree Start(Ground ground, Scenario scenario, int port)
    {
        // The same headers as every other subject adds.
        var pass = scenario.Upstream switch
        {
            Upstream.Uwsgi => $"include /etc/nginx/uwsgi_params; uwsgi_request_buffering off; uwsgi_max_temp_file_size 0; uwsgi_pass unix:{ground.UwsgiBackend};",
            Upstream.FastCgi => "include /etc/nginx/fastcgi_params; fastcgi_request_buffering off; fastcgi_max_temp_file_size 0; fastcgi_keep_conn on; fastcgi_pass app;",
            _ => """
                proxy_http_version 1.1; proxy_request_buffering off; proxy_max_temp_file_size 0;
                proxy_set_header Connection $connection_upgrade; proxy_set_header Upgrade $http_upgrade; proxy_set_header Host $host;
                proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $host; proxy_pass http://app;
                """,
        };
        var listen = scenario.Tls
            ? $"listen 127.0.0.1:{port} ssl http2 reuseport backlog=4096; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {ground.File(scenario.Certificate + ".crt")}; ssl_certificate_key {ground.File(scenario.Certificate + ".key")};"
            : $"listen 127.0.0.1:{port} reuseport backlog=4096;";
        var config = Write(ground, scenario, ".conf", $$"""
            daemon off; pid {{ground.File("nginx.pid")}}; error_log stderr crit; worker_processes {{Ground.Cores}}; worker_rlimit_nofile 65536;
            events { worker_connections 32768; }
            http {
              access_log off; keepalive_requests 1000000000; client_max_body_size 1g;
              client_body_temp_path {{ground.File("nginx-body")}}; proxy_temp_path {{ground.File("nginx-proxy")}}; fastcgi_temp_path {{ground.File("nginx-fcgi")}};
              uwsgi_temp_path {{ground.File("nginx-uwsgi")}}; scgi_temp_path {{ground.File("nginx-scgi")}};
              map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
              upstream app { server {{(scenario.Upstream == Upstream.FastCgi ? "unix:" + ground.FastCgiBackend : ground.HttpBackend)}}; keepalive 256; keepalive_requests 1000000000; }
              server { {{listen}} keepalive_timeout 300; location / { {{pass}} } } }
            """);
        return new ProcessTree(Log(ground), "/usr/sbin/nginx", ["-p", ground.Folder, "-e", "stderr", "-c", config]);
    }
}
