using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Listeners whose bytes are not ours: TCP, TLS ended by us, TLS passed through, and RTSP and SOURCE among HTTP.</summary>
public sealed class SessionTests
{
    private const int Tcp = 0;
    private const int Mail = 1;
    private const int Tls = 2;
    private const int Passthrough = 3;
    private const int Streaming = 4;

    [Fact]
    public async Task Tcp_JoinsClientAndNode_WhoeverSpeaksFirst()
    {
        await using var router = await StartAsync(static (settings, ports) =>
            settings["Registry"]!["ProxyHeaders"] = new JsonArray(new JsonObject { ["Key"] = $"127.0.0.1:{ports[Tcp]}", ["Version"] = "V1" }));
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, router.Behind(Tcp).ToString(), node);
        await using var client = await RawClient.ConnectAsync(router.Behind(Tcp));
        using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var side = accepted.GetStream();
        Assert.Equal($"PROXY TCP4 127.0.0.1 127.0.0.1 {((IPEndPoint)client.Socket.LocalEndPoint!).Port} {router.Behind(Tcp).Port}\r\n", await RawClient.ReadUntilAsync(side, "\n"));
        await side.WriteAsync("hello client\n"u8.ToArray());
        Assert.Equal("hello client\n", await RawClient.ReadUntilAsync(client, "\n"));
        await client.WriteAsync("hello node\n"u8.ToArray());
        Assert.Equal("hello node\n", await RawClient.ReadUntilAsync(side, "\n"));

        // The client has no more to say; the node still has.
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await side.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        await side.WriteAsync(new byte[1_000_000]);
        accepted.Close();
        Assert.Equal(1_000_000, (await RawClient.ReadToEndAsync(client)).Length);
    }

    [Fact]
    public async Task Session_EndsAtItsBound_AndIsInTheAccessLog()
    {
        await using var router = await StartAsync(static (settings, _) => settings["Forwarding"] = new JsonObject { ["MaxSessionTime"] = "00:00:02" });
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, router.Behind(Tcp).ToString(), node);
        await using var client = await RawClient.ConnectAsync(router.Behind(Tcp));
        using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await client.WriteAsync("hello"u8.ToArray());
        await RawClient.ReadUntilAsync(accepted.GetStream(), "hello");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var said = RawClient.ReadToEndAsync(client);
        var sent = 0;
        while (!said.IsCompleted && await pace.WaitForNextTickAsync())
        {
            try
            {
                await accepted.GetStream().WriteAsync("x"u8.ToArray());
                sent++;
            }
            catch (IOException)
            {
                break;
            }
        }

        Assert.InRange((await said).Length, 1, sent);
        var log = router.Folder.File("access.log");
        await Eventually.TrueAsync(async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains($"\"key\":\"{router.Behind(Tcp)}\"", StringComparison.Ordinal), "the session is logged");
        var line = (await File.ReadAllLinesAsync(log)).Single(static line => line.Contains("\"listener\":", StringComparison.Ordinal));
        Assert.Contains("\"request_bytes\":5,", line, StringComparison.Ordinal);
        Assert.Contains($"\"upstream\":\"{node.LocalEndpoint}\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rtsp_IsUnderTheNamesPolicy()
    {
        await using var router = await StartAsync(static (settings, _) => settings["Policy"] = new JsonObject { ["Names"] = new JsonObject { ["cam.example.com"] = new JsonObject { ["Deny"] = new JsonArray("127.0.0.0/8") } } });
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, "cam.example.com", node);
        Assert.StartsWith("RTSP/1.0 403 Forbidden\r\nCSeq: 1\r\n", await RawClient.AskAsync(router.Behind(Streaming), "DESCRIBE rtsp://cam.example.com/live RTSP/1.0\r\nCSeq: 1\r\n\r\n"), StringComparison.Ordinal);
        Assert.False(node.Pending());
    }

    [Fact]
    public async Task Xclient_TakesTheGreetingAndTellsTheClient()
    {
        await using var router = await StartAsync();
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, "mail.example.com:25", node);
        await using var client = await RawClient.ConnectAsync(router.Behind(Mail));
        using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var side = accepted.GetStream();
        await side.WriteAsync("220-mx\r\n220 for the router\r\n"u8.ToArray());
        Assert.Equal("XCLIENT ADDR=127.0.0.1\r\n", await RawClient.ReadUntilAsync(side, "\n"));
        await side.WriteAsync("220 for the client\r\n"u8.ToArray());
        Assert.Equal("220 for the client\r\n", await RawClient.ReadUntilAsync(client, "\n"));
    }

    [Fact]
    public async Task Tls_EndsWithUs_UnderTheNamesCertificate_AndTakesAnyProtocol()
    {
        await using var router = await StartAsync();
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        var certificate = TestCertificates.Server("*.example.com");
        await AnnounceAsync(router, $".example.com:{router.Behind(Tls).Port}", node, new SniClaim(certificate.KeyPem, certificate.CertificatePem, null, false));
        await using var client = await SecureAsync(router.Behind(Tls), "imap.example.com", "imap");
        Assert.Equal(certificate.Certificate.Thumbprint, ((X509Certificate2)client.RemoteCertificate!).Thumbprint);
        using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await accepted.GetStream().WriteAsync("* OK\r\n"u8.ToArray());
        Assert.Equal("* OK\r\n", await RawClient.ReadUntilAsync(client, "\n"));
        await client.WriteAsync("a logout\r\n"u8.ToArray());
        Assert.Equal("a logout\r\n", await RawClient.ReadUntilAsync(accepted.GetStream(), "\n"));
        accepted.Close();
        Assert.Equal("", await RawClient.ReadToEndAsync(client));
    }

    [Fact]
    public async Task Passthrough_LeavesTlsToTheNode()
    {
        await using var router = await StartAsync();
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, $"www.example.com:{router.Behind(Passthrough).Port}", node);
        var certificate = TestCertificates.Server("www.example.com");
        var served = ServeAsync();
        await using var client = await SecureAsync(router.Behind(Passthrough), "WWW.example.com", "h2");
        Assert.Equal(certificate.Certificate.Thumbprint, ((X509Certificate2)client.RemoteCertificate!).Thumbprint);
        Assert.Equal("from the node\n", await RawClient.ReadUntilAsync(client, "\n"));
        await served;

        async Task ServeAsync()
        {
            using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
            await using var tls = new SslStream(accepted.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate.Certificate, ApplicationProtocols = [SslApplicationProtocol.Http2] });
            await tls.WriteAsync("from the node\n"u8.ToArray());
            await tls.ShutdownAsync();
        }
    }

    [Fact]
    public async Task NoNodeForRawBytes_NoConnection()
    {
        await using var router = await StartAsync();
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        var secure = TestCertificates.Server("secure.example.com");

        // Announced for requests, and announced with a client CA: neither is for a stranger's bytes.
        await AnnounceAsync(router, "www.example.com", node);
        await AnnounceAsync(router, $"secure.example.com:{router.Behind(Passthrough).Port}", node);
        await AnnounceAsync(router, $"secure.example.com:{router.Behind(Tls).Port}", node, new SniClaim(secure.KeyPem, secure.CertificatePem, TestCertificates.Authority("Acme CA").CertificatePem, true));
        foreach (var (listener, name) in ((int, string)[])[(Passthrough, "www.example.com"), (Tls, "www.example.com"), (Passthrough, "secure.example.com"), (Tls, "secure.example.com"), (Passthrough, "nobody.example.com")])
        {
            await Assert.ThrowsAnyAsync<Exception>(() => SecureAsync(router.Behind(listener), name, "h2"));
        }

        Assert.Equal("", await RawClient.AskAsync(router.Behind(Tcp), "anybody?"));
        Assert.Equal("", await RawClient.AskAsync(router.Behind(Passthrough), "GET / HTTP/1.1\r\n\r\n"));
        Assert.False(node.Pending());
        foreach (var cause in (string[])["UnknownKey", "ClientCertificateName", "NoHello"])
        {
            await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains($"cause=\"{cause}\"", StringComparison.Ordinal), $"{cause} is counted");
        }
    }

    [Fact]
    public async Task Rtsp_BecomesVariablesAndThenBytes()
    {
        await using var router = await StartAsync();
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, "cam.example.com", node);
        await using var client = await RawClient.ConnectAsync(router.Behind(Streaming));
        await client.WriteAsync("DESCRIBE rtsp://CAM.example.com/live RTSP/1.0\r\nCSeq: 1\r\nX-Forwarded-For: 1.2.3.4\r\n\r\nnext"u8.ToArray());
        using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var packet = Encoding.Latin1.GetBytes(await RawClient.ReadUntilAsync(accepted.GetStream(), "next"));
        var variables = new Dictionary<string, string>();
        Assert.True(UwsgiHeader.TryRead(packet, out var header));
        var reader = new UwsgiVarReader(packet.AsSpan(4, header.DataSize));
        while (reader.TryRead(out var name, out var value))
        {
            variables.Add(Encoding.ASCII.GetString(name), Encoding.ASCII.GetString(value));
        }

        Assert.Equal("DESCRIBE RTSP/1.0 /live 127.0.0.1 1", $"{variables["REQUEST_METHOD"]} {variables["SERVER_PROTOCOL"]} {variables["PATH_INFO"]} {variables["REMOTE_ADDR"]} {variables["HTTP_CSEQ"]}");
        Assert.DoesNotContain("HTTP_X_FORWARDED_FOR", variables.Keys);
        Assert.Equal("next", Encoding.ASCII.GetString(packet.AsSpan(4 + header.DataSize)));
        await accepted.GetStream().WriteAsync("RTSP/1.0 200 OK\r\n\r\n"u8.ToArray());
        Assert.Equal("RTSP/1.0 200 OK\r\n\r\n", await RawClient.ReadUntilAsync(client, "\r\n\r\n"));

        Assert.StartsWith("RTSP/1.0 404 Not Found\r\nCSeq: 7\r\n", await RawClient.AskAsync(router.Behind(Streaming), "PLAY rtsp://nobody.example.com/ RTSP/1.0\r\nCSeq: 7\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.0 400", await RawClient.AskAsync(router.Behind(Streaming), "PLAY rtsp://cam.example.com/ RTSP/1.0\r\nA : b\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await RawClient.AskAsync(router.Behind(Streaming), "GET / HTTP/1.1\r\nHost: nobody.example.com\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 505", await RawClient.AskAsync(router.Http, "PLAY rtsp://cam.example.com/ RTSP/1.0\r\nCSeq: 7\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_ReachesAnHttpNodeAsItIs()
    {
        await using var router = await StartAsync();
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        await AnnounceAsync(router, "radio.example.com", node, protocol: UpstreamProtocol.Http);
        await using var client = await RawClient.ConnectAsync(router.Behind(Streaming));
        await client.WriteAsync("SOURCE /live.ogg HTTP/1.0\r\nHost: radio.example.com\r\nAuthorization: Basic eDp5\r\nX-Real-IP: 9.9.9.9\r\nice-name: x\r\n\r\nOggS"u8.ToArray());
        using var accepted = await node.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("SOURCE /live.ogg HTTP/1.0\r\nHost: radio.example.com\r\nAuthorization: Basic eDp5\r\nice-name: x\r\nX-Forwarded-For: 127.0.0.1\r\n\r\nOggS", await RawClient.ReadUntilAsync(accepted.GetStream(), "OggS"));
        await accepted.GetStream().WriteAsync("HTTP/1.0 200 OK\r\n\r\n"u8.ToArray());
        await RawClient.ReadUntilAsync(client, "\r\n\r\n");
        await client.WriteAsync("more"u8.ToArray());
        Assert.Equal("more", await RawClient.ReadUntilAsync(accepted.GetStream(), "more"));
    }

    [Fact]
    public void Faults_AreNamed()
    {
        using var router = RouterEnvironment.Run(["--check-config", "--Listener:Endpoints:0:Address", "*:25", "--Listener:Endpoints:0:Kind", "Tcp", "--Listener:Endpoints:1:Address", "127.0.0.1:1", "--Listener:Endpoints:1:Xclient", "true",
            "--Listener:Endpoints:2:Address", "*:443", "--Listener:Endpoints:2:ProxyProtocol", "true", "--Listener:Endpoints:3:Address", "127.0.0.1:2", "--Listener:Endpoints:3:Kind", "Uwsgi", "--Listener:Endpoints:3:Tls", "true"]);
        Assert.True(router.Process.WaitForExit(TimeSpan.FromSeconds(60)));
        router.Process.WaitForExit();
        Assert.Equal(78, router.Process.ExitCode);
        foreach (var setting in (string[])["Listener:Endpoints:Key", "Listener:Endpoints:Xclient", "Listener:Endpoints:ProxySenders", "Listener:Endpoints:Tls"])
        {
            Assert.Contains(setting + " =", router.Output, StringComparison.Ordinal);
        }
    }

    private static Task<RouterEnvironment> StartAsync(Action<JsonObject, int[]>? configure = null) => RouterEnvironment.StartAsync(settings =>
    {
        int[] ports = [.. Enumerable.Range(0, 5).Select(static _ => RouterEnvironment.FreePort())];
        var endpoints = settings["Listener"]!["Endpoints"]!.AsArray();
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{ports[Tcp]}", ["Kind"] = "Tcp" });
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{ports[Mail]}", ["Kind"] = "Tcp", ["Key"] = "mail.example.com:25", ["Xclient"] = true });
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{ports[Tls]}", ["Kind"] = "Tcp", ["Tls"] = true });
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{ports[Passthrough]}", ["Kind"] = "TlsPassthrough" });
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{ports[Streaming]}", ["Rtsp"] = true, ["Source"] = true });
        configure?.Invoke(settings, ports);
    });

    private static Task AnnounceAsync(RouterEnvironment router, string key, TcpListener node, SniClaim? claim = null, UpstreamProtocol protocol = UpstreamProtocol.Uwsgi) =>
        router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = key, Address = node.LocalEndpoint.ToString(), Sni = claim, Protocol = protocol });

    private static async Task<SslStream> SecureAsync(EndPoint endPoint, string name, string protocol)
    {
        var stream = new SslStream(await RawClient.ConnectAsync(endPoint));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                ApplicationProtocols = [new SslApplicationProtocol(protocol)],
            }).WaitAsync(TimeSpan.FromSeconds(30));
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
