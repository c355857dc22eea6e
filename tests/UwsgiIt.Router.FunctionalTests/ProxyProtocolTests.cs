using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.ProxyProtocol;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>PROXY headers in, from haproxy and by hand, and out, to nginx.</summary>
public sealed class ProxyProtocolTests
{
    private static readonly IPEndPoint Client = IPEndPoint.Parse("203.0.113.7:4711");
    private static readonly IPEndPoint Balancer = IPEndPoint.Parse("203.0.113.1:443");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Header_BringsTheClientForEveryRequestOfTheConnection(int version)
    {
        await using var router = await StartAsync();
        await using var stream = await RawClient.ConnectAsync(router.Behind(0));

        // The header in two pieces, the second with the request behind it.
        var header = Header((ProxyVersion)version, Client);
        await stream.WriteAsync(header.AsMemory(0, 9));
        await stream.WriteAsync((byte[])[.. header[9..], .. Get("/env")]);
        var first = await RawClient.ReadUntilAsync(stream, "wsgi.url_scheme");
        await stream.WriteAsync(Get("/env", "Connection: close\r\n"));
        var second = await RawClient.ReadToEndAsync(stream);
        foreach (var answer in (string[])[first, second])
        {
            Assert.Contains("REMOTE_ADDR=203.0.113.7\n", answer, StringComparison.Ordinal);
            Assert.Contains("REMOTE_PORT=4711\n", answer, StringComparison.Ordinal);
            Assert.Contains("SERVER_PORT=443\n", answer, StringComparison.Ordinal);
        }

        Assert.Contains("\"client\":\"203.0.113.7\"", await ReadLogAsync(router), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_ComesBeforeTls()
    {
        await using var router = await StartAsync();
        await using var stream = await RawClient.ConnectAsync(router.Behind(1));
        await stream.WriteAsync(Header(ProxyVersion.V2, IPEndPoint.Parse("[2001:db8::7]:4711")));
        await using var tls = new SslStream(stream, false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("www.example.com");
        await tls.WriteAsync(Get("/env", "Connection: close\r\n"));
        var answer = await RawClient.ReadToEndAsync(tls);
        Assert.Contains("REMOTE_ADDR=2001:db8::7\n", answer, StringComparison.Ordinal);
        Assert.Contains("HTTPS=on\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LocalAndUnknown_KeepTheSocketsAddress()
    {
        await using var router = await StartAsync();
        foreach (var header in (byte[][])[Header(ProxyVersion.V1, null), Header(ProxyVersion.V2, null)])
        {
            Assert.Contains("REMOTE_ADDR=127.0.0.1\n", await RawClient.AskAsync(router.Behind(0), header, Get("/env", "Connection: close\r\n")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RequiredOrForbidden_NeverGuessed()
    {
        await using var router = await StartAsync();
        Assert.Equal("", await RawClient.AskAsync(router.Behind(0), Get("/", "Connection: close\r\n")));
        Assert.Equal("", await RawClient.AskAsync(router.Behind(0), [.. "PROXY TCP4 203.0.113.7 203.0.113.1 04711 443\r\n"u8, .. Get("/")]));
        Assert.Equal("", await RawClient.AskAsync(router.Behind(0), "PROXY TCP4 " + new string('1', 200)));

        // The third listener does not believe this host.
        Assert.Equal("", await RawClient.AskAsync(router.Behind(2), Header(ProxyVersion.V1, Client), Get("/", "Connection: close\r\n")));
        foreach (var header in (byte[][])[Header(ProxyVersion.V1, Client), Header(ProxyVersion.V2, Client)])
        {
            Assert.StartsWith("HTTP/1.1 400", await RawClient.AskAsync(router.Http, (byte[])[.. header, .. Get("/")]), StringComparison.Ordinal);
        }

        foreach (var cause in (string[])["Malformed", "UnknownSender"])
        {
            await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains($"cause=\"{cause}\"", StringComparison.Ordinal), $"{cause} is counted");
        }

        Assert.Contains("200 OK", await RawClient.AskAsync(router.Behind(0), Header(ProxyVersion.V1, Client), Get("/", "Connection: close\r\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2 proxy-v2-options crc32c")]
    [InlineData("send-proxy-v2 proxy-v2-options crc32c,unique-id")]
    public async Task Haproxy_IsUnderstood(string option)
    {
        Assert.True(File.Exists("/usr/sbin/haproxy"), "haproxy is missing: tests/run installs it");
        await using var router = await StartAsync();
        var front = new IPEndPoint(IPAddress.Loopback, RouterEnvironment.FreePort());
        await File.WriteAllTextAsync(router.Folder.File("haproxy.cfg"), $"""
            defaults
              mode tcp
              timeout connect 10s
              timeout client 30s
              timeout server 30s
            listen front
              bind {front}
              unique-id-format %[uuid()]
              server router {router.Behind(0)} {option}

            """);
        var haproxy = router.Own(new ChildProcess("/usr/sbin/haproxy", ["-db", "-f", router.Folder.File("haproxy.cfg")]));
        await AcceptsAsync(front, haproxy);
        await using var stream = await RawClient.ConnectAsync(front);
        await stream.WriteAsync(Get("/env", "Connection: close\r\n"));
        var answer = await RawClient.ReadToEndAsync(stream);
        Assert.Contains($"REMOTE_PORT={((IPEndPoint)stream.Socket.LocalEndPoint!).Port}\n", answer, StringComparison.Ordinal);
        Assert.Contains($"SERVER_PORT={front.Port}\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("V1")]
    [InlineData("V2")]
    public async Task HttpNode_IsToldTheClient_OnAConnectionOfItsOwn(string version)
    {
        await using var router = await StartAsync(settings => settings["Registry"]!["ProxyHeaders"] = new JsonArray(new JsonObject { ["Key"] = "*.example.org", ["Version"] = version }));
        var port = RouterEnvironment.FreePort();
        Nginx.Start(router, $$"""server { listen 127.0.0.1:{{port}} proxy_protocol; location / { return 200 "$proxy_protocol_addr $proxy_protocol_port $connection."; } }""");
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.org", Address = $"127.0.0.1:{port}", Protocol = UpstreamProtocol.Http });
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.org") == 200, "nginx answers");
        var seen = new HashSet<string>();
        foreach (var client in (string[])["203.0.113.7:4711", "203.0.113.8:4712"])
        {
            var request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n\r\n");
            var answer = await RawClient.AskAsync(router.Behind(0), Header(ProxyVersion.V1, IPEndPoint.Parse(client)), request);
            Assert.Contains(client.Replace(':', ' ') + " ", answer, StringComparison.Ordinal);
            Assert.True(seen.Add(answer[answer.LastIndexOf(' ')..]), "two clients shared a connection");
        }
    }

    [Theory]
    [InlineData("V1")]
    [InlineData("V2")]
    public async Task Http2NodeAndDestination_AreToldTheClient_OnConnectionsOfItsOwn(string version)
    {
        var port = RouterEnvironment.FreePort();
        await using var router = await StartAsync(settings =>
        {
            settings["Registry"]!["ProxyHeaders"] = new JsonArray(new JsonObject { ["Key"] = "node.example.org", ["Version"] = version });
            settings["ReverseProxy"] = JsonNode.Parse($$"""
                { "Routes": { "all": { "ClusterId": "one", "Match": { "Hosts": ["static.example.org"] } } },
                  "Clusters": { "one": { "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" },
                    "Destinations": { "one": { "Address": "http://127.0.0.1:{{port}}/", "Metadata": { "ProxyProtocol": "{{version}}" } } } } } }
                """);
        });
        Nginx.Start(router, $$"""server { listen 127.0.0.1:{{port}} http2 proxy_protocol; location / { return 200 "$server_protocol $host $proxy_protocol_addr $proxy_protocol_port $connection."; } }""");
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "node.example.org", Address = $"127.0.0.1:{port}", Protocol = UpstreamProtocol.H2c });
        await Eventually.TrueAsync(async () => await router.StatusAsync("static.example.org") == 200, "nginx answers");
        foreach (var (name, host) in (new[] { ("static.example.org", "127.0.0.1"), ("node.example.org", "node.example.org") }))
        {
            var seen = new HashSet<string>();
            foreach (var client in (string[])["203.0.113.7:4711", "203.0.113.8:4712"])
            {
                // Two requests of one client, as one after the other, may share a connection; those of two never do.
                byte[] requests = [.. Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n"), .. Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n")];
                var answer = await RawClient.AskAsync(router.Behind(0), Header(ProxyVersion.V1, IPEndPoint.Parse(client)), requests);
                var told = $"HTTP/2.0 {host} {client.Replace(':', ' ')} ";
                Assert.Equal(3, answer.Split(told).Length);
                var connections = answer.Split(told)[1..].Select(static part => part[..part.IndexOf('.', StringComparison.Ordinal)]).ToHashSet();
                Assert.Empty(seen.Intersect(connections));
                seen.UnionWith(connections);
            }
        }
    }

    private static byte[] Header(ProxyVersion version, IPEndPoint? source)
    {
        var header = new byte[ProxyHeaderWriter.MaxBytes];
        var destination = source is null ? null : source.AddressFamily == AddressFamily.InterNetwork ? Balancer : IPEndPoint.Parse("[2001:db8::1]:443");
        return header[..ProxyHeaderWriter.Write(header, version, source, destination)];
    }

    private static byte[] Get(string path, string headers = "") => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: www.example.com\r\n{headers}\r\n");

    private static async Task<RouterEnvironment> StartAsync(Action<JsonObject>? configure = null)
    {
        var router = await RouterEnvironment.StartAsync(settings =>
        {
            var endpoints = settings["Listener"]!["Endpoints"]!.AsArray();
            foreach (var (tls, sender) in ((bool, string)[])[(false, "127.0.0.0/8"), (true, "127.0.0.0/8"), (false, "192.0.2.0/24")])
            {
                endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{RouterEnvironment.FreePort()}", ["Tls"] = tls, ["ProxyProtocol"] = true, ["ProxySenders"] = new JsonArray(sender) });
            }

            configure?.Invoke(settings);
        });
        UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        return router;
    }

    private static async Task<string> ReadLogAsync(RouterEnvironment router)
    {
        var text = "";
        await Eventually.TrueAsync(async () => (text = await File.ReadAllTextAsync(router.Folder.File("access.log"))).Contains("/env", StringComparison.Ordinal), "the access log has the request");
        return text;
    }

    private static Task AcceptsAsync(IPEndPoint endPoint, ChildProcess process) => Eventually.TrueAsync(async () =>
    {
        try
        {
            await using var stream = await RawClient.ConnectAsync(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return process.Process.HasExited ? throw new InvalidOperationException(process.Output) : false;
        }
    }, $"{endPoint} accepts");
}
