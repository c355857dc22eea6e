using System.Net;
using UwsgiIt.Comparison;
using UwsgiIt.LoadTest;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Bench.Tests.LoadTest;

/// <summary>A resumed handshake costs a tenth of a full one, so what the generator claims to ask for is checked at nginx, which tells them apart.</summary>
public sealed class TlsResumptionTests
{
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NewConnections_AreResumedAsThePlanHasIt(bool resume)
    {
        Skip.IfNot(File.Exists("/usr/sbin/nginx"), "nginx is not installed");
        using var folder = new TempDirectory();
        var certificate = TestCertificates.Server("localhost");
        await File.WriteAllTextAsync(folder.File("crt"), certificate.CertificatePem);
        await File.WriteAllTextAsync(folder.File("key"), certificate.KeyPem);
        var port = ListeningPort.Free();
        await File.WriteAllTextAsync(folder.File("nginx.conf"), $$"""
            daemon off; master_process off; pid {{folder.File("pid")}}; error_log stderr crit;
            events { }
            http {
              log_format reuse '$ssl_session_reused'; access_log {{folder.File("access")}} reuse;
              client_body_temp_path {{folder.File("b")}}; proxy_temp_path {{folder.File("p")}}; fastcgi_temp_path {{folder.File("f")}}; uwsgi_temp_path {{folder.File("u")}}; scgi_temp_path {{folder.File("s")}};
              server { listen 127.0.0.1:{{port}} ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {{folder.File("crt")}}; ssl_certificate_key {{folder.File("key")}}; return 200 "ok"; } }
            """);
        using (var nginx = new ProcessTree(folder.File("log"), "/usr/sbin/nginx", ["-p", folder.Path, "-e", "stderr", "-c", folder.File("nginx.conf")]))
        {
            await ListeningPort.OwnedByAsync(nginx, port, "nginx");
            var result = await new LoadGenerator(new LoadPlan
            {
                Target = new IPEndPoint(IPAddress.Loopback, port),
                Mix = new TrafficMix([new TrafficItem("/")]),
                Tls = true,
                KeepAlive = false,
                TlsResume = resume,
                Connections = 2,
                Rate = 100,
                Duration = TimeSpan.FromSeconds(1),
                Grace = TimeSpan.FromSeconds(60),
            }).RunAsync();
            Assert.Null(result.Problem);
        }

        var handshakes = await File.ReadAllLinesAsync(folder.File("access"));
        var resumed = handshakes.Count(static line => line == "r");
        Assert.InRange(handshakes.Length, 99, 101);

        // A ticket is lost where a connection ends before it was read.
        Assert.True(resume ? resumed >= handshakes.Length * 0.7 : resumed == 0, $"{resumed} of {handshakes.Length} were resumed");
    }
}
