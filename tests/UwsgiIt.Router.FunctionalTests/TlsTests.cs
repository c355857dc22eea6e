using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Certificates that packets bring, and names that want one from the client.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task SniByPath_FromTheRealUwsgi_IsServedWithItsCertificateAndOthersGetTheDefault()
    {
        await using var router = await RouterEnvironment.StartAsync();
        var certificate = TestCertificates.Server("www.example.com");
        await WriteAsync(router, "www", certificate);
        UwsgiVassal.Start(router, "www.example.com", extra: $",sni_key={router.Folder.File("www.key")},sni_crt={router.Folder.File("www.crt")}");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        Assert.Equal(certificate.Certificate.Thumbprint, await ServedAsync(router, "www.example.com"));
        Assert.Equal(certificate.Certificate.Thumbprint, await ServedAsync(router, "WWW.example.com"));
        Assert.NotEqual(certificate.Certificate.Thumbprint, await ServedAsync(router, "other.example.com"));
        var variables = await GetAsync(router, "www.example.com", "www.example.com", "/env");
        Assert.Contains("HTTPS=on\n", variables, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SniByPath_OutsideTheAllowedFoldersOrThroughALink_IsRefused()
    {
        using var elsewhere = new TempDirectory();
        await using var router = await RouterEnvironment.StartAsync();
        var certificate = TestCertificates.Server("www.example.com");
        await File.WriteAllTextAsync(elsewhere.File("c.crt"), certificate.CertificatePem);
        await File.WriteAllTextAsync(elsewhere.File("c.key"), certificate.KeyPem);
        File.CreateSymbolicLink(router.Folder.File("link.crt"), elsewhere.File("c.crt"));
        File.CreateSymbolicLink(router.Folder.File("link.key"), elsewhere.File("c.key"));
        foreach (var (key, crt) in new[] { (elsewhere.File("c.key"), elsewhere.File("c.crt")), (router.Folder.File("link.key"), router.Folder.File("link.crt")), (router.Folder.Path + "/../c.key", router.Folder.Path + "/../c.crt") })
        {
            await AnnounceAsync(router, "www.example.com", new SniClaim(key, crt, null, false));
            Assert.NotEqual(certificate.Certificate.Thumbprint, await ServedAsync(router, "www.example.com"));
        }
    }

    [Fact]
    public async Task InlinePem_Renewed_IsServedWithoutADroppedConnectionAndABadOneIsNot()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        var first = TestCertificates.Server(DateTimeOffset.UtcNow.AddDays(-3), "www.example.com");
        await AnnounceAsync(router, "www.example.com", Inline(first));
        Assert.Equal(first.Certificate.Thumbprint, await ServedAsync(router, "www.example.com"));

        await using var open = await ConnectAsync(router, "www.example.com");
        var second = TestCertificates.Server(DateTimeOffset.UtcNow.AddDays(-2), "www.example.com");
        await AnnounceAsync(router, "www.example.com", Inline(second));
        await Eventually.TrueAsync(async () => await ServedAsync(router, "www.example.com") == second.Certificate.Thumbprint, "the new certificate is served");
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(open, "www.example.com", "/"), StringComparison.Ordinal);

        // Key of another pair, name not covered, older: the one in use stays.
        var foreign = TestCertificates.Server("www.example.com");
        foreach (var bad in new[]
        {
            new SniClaim(foreign.KeyPem, second.CertificatePem, null, false),
            Inline(TestCertificates.Server("other.example.com")),
            Inline(TestCertificates.Server(DateTimeOffset.UtcNow.AddDays(-9), "www.example.com")),
        })
        {
            await AnnounceAsync(router, "www.example.com", bad);
            Assert.Equal(second.Certificate.Thumbprint, await ServedAsync(router, "www.example.com"));
        }
    }

    [Fact]
    public async Task FilesRenewedInPlace_AreServedWithoutANewClaim()
    {
        var first = TestCertificates.Server(DateTimeOffset.UtcNow.AddDays(-3), "static.example.com");
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("static.example.com.crt"), first.CertificatePem);
        await File.WriteAllTextAsync(folder.File("static.example.com.key"), first.KeyPem);
        await using var router = await RouterEnvironment.StartAsync(settings => settings["Certificate"]!["Directory"] = folder.Path);
        Assert.Equal(first.Certificate.Thumbprint, await ServedAsync(router, "static.example.com"));
        var second = TestCertificates.Server("static.example.com");
        await File.WriteAllTextAsync(folder.File("static.example.com.crt"), second.CertificatePem);
        Assert.Equal(first.Certificate.Thumbprint, await ServedAsync(router, "static.example.com"));
        await File.WriteAllTextAsync(folder.File("static.example.com.key"), second.KeyPem);
        await Eventually.TrueAsync(async () => await ServedAsync(router, "static.example.com") == second.Certificate.Thumbprint, "the renewed files are served");
    }

    [Fact]
    public async Task MandatoryClientCa_HasNoWayAround()
    {
        await using var router = await RouterEnvironment.StartAsync();
        var authority = TestCertificates.Authority("Acme CA");
        var alice = authority.Client("alice");
        var mallory = TestCertificates.Authority("Other CA").Client("mallory");
        UwsgiVassal.Start(router, "secure.example.com");
        UwsgiVassal.Start(router, "open.example.com", "open");
        await AnnounceAsync(router, "secure.example.com", Inline(TestCertificates.Server("secure.example.com")) with { ClientCa = authority.CertificatePem, ClientCertificateRequired = true });
        await AnnounceAsync(router, "open.example.com", Inline(TestCertificates.Server("open.example.com")));
        await Eventually.TrueAsync(async () => (await router.NodesAsync("open.example.com")).Length > 1, "both announce");
        router.Send(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Unsubscribe, Key = "secure.example.com", Address = "127.0.0.1:4000", UnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 5 }));
        await Eventually.TrueAsync(async () => await router.NodesAsync("secure.example.com") is [not "127.0.0.1:4000"], "only the vassal is left");

        var variables = await GetAsync(router, "secure.example.com", "secure.example.com", "/env", alice);
        Assert.Contains("HTTPS_DN=/C=IT/O=Acme/CN=alice\n", variables, StringComparison.Ordinal);
        await AssertHandshakeFailsAsync(router, "secure.example.com", null);
        await AssertHandshakeFailsAsync(router, "secure.example.com", mallory);
        Assert.StartsWith("HTTP/1.1 421", await GetAsync(router, "open.example.com", "secure.example.com", "/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421", await GetAsync(router, "nobody.example.com", "secure.example.com", "/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421", await GetAsync(router, "secure.example.com", "open.example.com", "/", alice), StringComparison.Ordinal);
        Assert.Equal(403, await router.StatusAsync("secure.example.com"));
    }

    [Fact]
    public async Task PlainHttp_OnTheTlsPort_IsAnswered()
    {
        await using var router = await RouterEnvironment.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(router.Https);
        Assert.StartsWith("HTTP/1.1 400", await AskAsync(client.GetStream(), "www.example.com", "/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_NameTheEngineAndWhatWasAgreed()
    {
        await using var router = await RouterEnvironment.StartAsync();
        await using var http2 = await ConnectAsync(router, "www.example.com", configure: static options => options.ApplicationProtocols = [SslApplicationProtocol.Http2]);
        Assert.Equal(SslApplicationProtocol.Http2, http2.NegotiatedApplicationProtocol);
        Assert.StartsWith(RouterEnvironment.TlsEngine, (await router.StatsAsync()).GetProperty("tls").GetProperty("engine").GetString(), StringComparison.OrdinalIgnoreCase);
        if (RouterEnvironment.TlsEngine == "OpenSsl")
        {
            JsonElement[] handshakes = [];

            // The client is done before the router has its last word.
            await Eventually.TrueAsync(async () => (handshakes = [.. (await router.StatsAsync()).GetProperty("tls").GetProperty("handshakes").EnumerateArray()]).Sum(static handshake => handshake.GetProperty("count").GetInt32()) == 1, "the handshake is counted");
            var handshake = Assert.Single(handshakes);
            Assert.Equal(("TLSv1.3", false), (handshake.GetProperty("protocol").GetString(), handshake.GetProperty("resumed").GetBoolean()));
            Assert.Equal(http2.NegotiatedCipherSuite.ToString(), handshake.GetProperty("cipher").GetString());
            Assert.NotEqual("none", handshake.GetProperty("group").GetString());
            await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains("uwsgiit_router_tls_handshakes_total{", StringComparison.Ordinal), "handshakes are counted");
        }
    }

    [Fact]
    public async Task OpenSsl_OnTheStockTransport_FallsBackWithAWarning()
    {
        await using var router = await RouterEnvironment.StartAsync(static settings =>
        {
            settings["Transport"]!["Kind"] = "Sockets";
            settings["Tls"]!["Engine"] = "OpenSsl";
        });
        await using var stream = await ConnectAsync(router, "www.example.com");
        Assert.Equal("sslstream", (await router.StatsAsync()).GetProperty("tls").GetProperty("engine").GetString());
        Assert.Contains("TLS is SslStream's, not OpenSSL's: Transport:Kind is Sockets.", router.Process.Output, StringComparison.Ordinal);
    }

    private static SniClaim Inline(TestCertificates certificate) => new(certificate.KeyPem, certificate.CertificatePem, null, false);

    private static int _load;

    private static async Task AnnounceAsync(RouterEnvironment router, string key, SniClaim claim)
    {
        // A load of its own makes each packet different, so that none is a replay within its second.
        router.WriteKey(key);
        var load = (ulong)Interlocked.Increment(ref _load);
        await Eventually.TrueAsync(async () =>
        {
            router.Send(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = key, Address = "127.0.0.1:4000", Load = load, Sni = claim }));
            var stats = await router.StatsAsync();
            return stats.GetProperty("subscriptions").EnumerateArray().Any(slot => slot.GetProperty("key").GetString() == key
                && slot.GetProperty("nodes").EnumerateArray().Any(node => node.GetProperty("load").GetUInt64() == load));
        }, "the packet is taken");
    }

    private static async Task WriteAsync(RouterEnvironment router, string stem, TestCertificates certificate)
    {
        await File.WriteAllTextAsync(router.Folder.File(stem + ".crt"), certificate.CertificatePem);
        await File.WriteAllTextAsync(router.Folder.File(stem + ".key"), certificate.KeyPem);
    }

    private static async Task<string> ServedAsync(RouterEnvironment router, string sni)
    {
        await using var stream = await ConnectAsync(router, sni);
        return ((X509Certificate2)stream.RemoteCertificate!).Thumbprint;
    }

    private static async Task<SslStream> ConnectAsync(RouterEnvironment router, string sni, TestCertificates? client = null, Action<SslClientAuthenticationOptions>? configure = null)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(router.Https);
        var stream = new SslStream(socket.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = sni,
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            ClientCertificates = client is null ? null : [client.Certificate],
        };
        configure?.Invoke(options);
        await stream.AuthenticateAsClientAsync(options).WaitAsync(TimeSpan.FromSeconds(30));
        return stream;
    }

    private static async Task<string> GetAsync(RouterEnvironment router, string sni, string host, string path, TestCertificates? client = null)
    {
        await using var stream = await ConnectAsync(router, sni, client);
        return await AskAsync(stream, host, path);
    }

    private static async Task<string> AskAsync(Stream stream, string host, string path)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task AssertHandshakeFailsAsync(RouterEnvironment router, string sni, TestCertificates? client)
    {
        // With TLS 1.3 the refusal arrives with the first read.
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            var answer = await GetAsync(router, sni, sni, "/", client);
            Assert.DoesNotContain("HTTP/1.1 200", answer, StringComparison.Ordinal);
            throw answer.Length == 0 ? new AuthenticationException() : new InvalidOperationException(answer);
        });
    }
}
