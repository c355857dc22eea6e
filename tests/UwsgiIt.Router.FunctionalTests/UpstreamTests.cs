using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Every upstream protocol against a real server.</summary>
public sealed class UpstreamTests
{
    [Fact]
    public async Task FastCgi_PhpFpm_GetsAndPosts()
    {
        await using var router = await RouterEnvironment.StartAsync();
        await File.WriteAllTextAsync(router.Folder.File("index.php"), "<?php header('X-Method: ' . $_SERVER['REQUEST_METHOD']); echo $_SERVER['PATH_INFO'] . ' ' . hash('sha256', file_get_contents('php://input'));");
        router.WriteSettings(settings => settings["Forwarding"] = new JsonObject { ["FastCgiDocumentRoot"] = router.Folder.Path });
        router.Process.Signal("HUP");
        var port = RouterEnvironment.FreePort();
        await File.WriteAllTextAsync(router.Folder.File("fpm.conf"), $"""
            [global]
            error_log = /dev/stderr
            daemonize = no
            [www]
            user = root
            group = root
            listen = 127.0.0.1:{port}
            pm = static
            pm.max_children = 2
            """);
        router.Own(new ChildProcess(Directory.GetFiles("/usr/sbin", "php-fpm*").Single(), ["-R", "-n", "-y", router.Folder.File("fpm.conf")]));
        await router.AnnounceAsync(Packet("php.example.com", $"127.0.0.1:{port}", UpstreamProtocol.FastCgi));
        await ServesAsync(router, "php.example.com", "/some/path");
        for (var i = 0; i < 3; i++)
        {
            using var get = await router.GetAsync("php.example.com", "/some/path");
            Assert.Equal($"/some/path {Convert.ToHexStringLower(SHA256.HashData([]))}", await get.Content.ReadAsStringAsync());
            var body = RandomNumberGenerator.GetBytes(200_000);
            using var post = await router.GetAsync("php.example.com", "/post", HttpMethod.Post, new ByteArrayContent(body));
            Assert.Equal("POST", post.Headers.GetValues("X-Method").Single());
            Assert.Equal($"/post {Convert.ToHexStringLower(SHA256.HashData(body))}", await post.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Scgi_Uwsgi_GetsAndPosts()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.StartPlain(router, "--scgi-socket", router.Folder.File("scgi.sock"), "--env", "VASSAL=scgi");
        await router.AnnounceAsync(Packet("scgi.example.com", router.Folder.File("scgi.sock"), UpstreamProtocol.Scgi));
        await ServesAsync(router, "scgi.example.com", "/");
        var body = RandomNumberGenerator.GetBytes(100_000);
        using var post = await router.GetAsync("scgi.example.com", "/digest", HttpMethod.Post, new ByteArrayContent(body));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), await post.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Http_Nginx_KeepsConnectionsAndServesFilesWhole()
    {
        // Each loop keeps connections of its own; with one of them the second request has to find the first one's.
        await using var router = await RouterEnvironment.StartAsync(static settings => settings["Transport"]!["Loops"] = 1);
        var port = RouterEnvironment.FreePort();
        Directory.CreateDirectory(router.Folder.File("www"));
        var file = RandomNumberGenerator.GetBytes(3_000_000);
        await File.WriteAllBytesAsync(router.Folder.File("www/file.bin"), file);
        Nginx.Start(router, $$"""
            server { listen 127.0.0.1:{{port}}; root {{router.Folder.File("www")}};
              location /count { add_header X-Connection $connection; return 200 "$http_x_forwarded_for $http_x_forwarded_proto $http_host"; } }
            """);
        await router.AnnounceAsync(Packet("nginx.example.com", $"127.0.0.1:{port}", UpstreamProtocol.Http));
        await ServesAsync(router, "nginx.example.com", "/count");
        using var first = await router.GetAsync("nginx.example.com", "/count");
        using var second = await router.GetAsync("nginx.example.com", "/count");
        Assert.Equal("127.0.0.1 http nginx.example.com", await first.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.GetValues("X-Connection").Single(), second.Headers.GetValues("X-Connection").Single());
        using var whole = await router.GetAsync("nginx.example.com", "/file.bin");
        Assert.Equal(file, await whole.Content.ReadAsByteArrayAsync());
        using var head = await router.GetAsync("nginx.example.com", "/file.bin", HttpMethod.Head);
        Assert.Equal(file.Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Http2_RequestsOfAConnectionFindTheUpstreamsThatWereKept()
    {
        // They begin on the thread pool, where no connection is kept: each opened one of its own.
        await using var router = await RouterEnvironment.StartAsync();
        var port = RouterEnvironment.FreePort();
        Nginx.Start(router, $$"""
            server { listen 127.0.0.1:{{port}}; location / { add_header X-Connection $connection; return 200 "ok"; } }
            """);
        await router.AnnounceAsync(Packet("nginx.example.com", $"127.0.0.1:{port}", UpstreamProtocol.Http));
        await ServesAsync(router, "nginx.example.com", "/");
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } });
        var connections = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{router.Https}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Host = "nginx.example.com";
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            connections.Add(response.Headers.GetValues("X-Connection").Single());
        }

        Assert.Single(connections);
    }

    [Theory]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1")]
    [InlineData(UpstreamProtocol.H2c, "HTTP/2")]
    public async Task Kestrel_StreamsBothWays(UpstreamProtocol protocol, string version)
    {
        await using var router = await RouterEnvironment.StartAsync();
        var port = RouterEnvironment.FreePort();
        await using var app = await StartKestrelAsync(port, protocol == UpstreamProtocol.H2c ? HttpProtocols.Http2 : HttpProtocols.Http1);
        await router.AnnounceAsync(Packet("kestrel.example.com", $"127.0.0.1:{port}", protocol));
        using var response = await router.GetAsync("kestrel.example.com", "/version");
        Assert.Equal(version + " kestrel.example.com", await response.Content.ReadAsStringAsync());
        var body = RandomNumberGenerator.GetBytes(1_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new ByteArrayContent(body) };
        request.Headers.Host = "kestrel.example.com";
        request.Headers.TransferEncodingChunked = true;
        using var echo = await router.Client.SendAsync(request);
        Assert.Equal(body, await echo.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task StaticRoutes_GoBeforeSubscribedNamesAndReachHttpAndUwsgi()
    {
        var port = RouterEnvironment.FreePort();
        await using var app = await StartKestrelAsync(port, HttpProtocols.Http1);
        await using var router = await RouterEnvironment.StartAsync();
        var vassal = UwsgiVassal.StartPlain(router, "--socket", router.Folder.File("static.sock"), "--env", "VASSAL=static");
        router.WriteSettings(settings => settings["ReverseProxy"] = JsonNode.Parse($$"""
            { "Routes": {
                "plain": { "ClusterId": "kestrel", "Match": { "Hosts": ["static.example.com"] } },
                "changed": { "ClusterId": "kestrel", "Match": { "Hosts": ["changed.example.com"] }, "Transforms": [ { "PathPrefix": "/header" }, { "RequestHeader": "X-Added", "Set": "by-transform" } ] },
                "app": { "ClusterId": "uwsgi", "Match": { "Hosts": ["app.example.com"] } } },
              "Clusters": {
                "kestrel": { "Destinations": { "one": { "Address": "http://127.0.0.1:{{port}}/" } } },
                "uwsgi": { "Destinations": { "one": { "Address": "uwsgi://unix:{{router.Folder.File("static.sock")}}" } } } } }
            """));
        router.Process.Signal("HUP");
        await ServesAsync(router, "app.example.com", "/");
        Assert.Equal("static", await (await router.GetAsync("app.example.com")).Content.ReadAsStringAsync());
        Assert.Equal($"HTTP/1.1 127.0.0.1:{port}", await (await router.GetAsync("static.example.com", "/version")).Content.ReadAsStringAsync());
        Assert.Equal("by-transform", await (await router.GetAsync("changed.example.com", "/X-Added")).Content.ReadAsStringAsync());
        Assert.NotNull(vassal);
    }

    [Fact]
    public async Task StaticDestination_IsToldItsClientByAProxyHeader()
    {
        using var node = new Recorder(static got => Encoding.ASCII.GetString(got).EndsWith("\r\n\r\n", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") : null);
        await using var router = await RouterEnvironment.StartAsync(settings => settings["ReverseProxy"] = JsonNode.Parse($$"""
            { "Routes": { "all": { "ClusterId": "one", "Match": { "Hosts": ["static.example.com"] } } },
              "Clusters": { "one": { "Destinations": { "one": { "Address": "http://{{node.Address}}/", "Metadata": { "ProxyProtocol": "V1" } } } } } }
            """));
        Assert.Equal(200, await router.StatusAsync("static.example.com"));
        Assert.Matches($@"^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ {router.Http.Port}\r\nGET / HTTP/1\.1\r\n", Encoding.ASCII.GetString(await node.NextAsync()));

        // Where it cannot be had it is a fault.
        router.WriteSettings(static settings => settings["ReverseProxy"]!["Clusters"]!["one"]!["Destinations"]!["one"]!["Address"] = "https://localhost/");
        using var check = RouterEnvironment.Run(["--config", router.SettingsFile, "--check-config"]);
        Assert.Equal(78, await check.WaitAsync(60));
        Assert.Contains("Metadata:ProxyProtocol", check.Output, StringComparison.Ordinal);
    }

    private static SubscriptionPacket Packet(string key, string address, UpstreamProtocol protocol) =>
        new() { Command = SubscriptionCommand.Subscribe, Key = key, Address = address, Protocol = protocol };

    /// <summary>Waits for the server behind a name; its node is announced again because a failed attempt marks it.</summary>
    private static Task ServesAsync(RouterEnvironment router, string host, string path)
    {
        var load = 0UL;
        return Eventually.TrueAsync(async () =>
        {
            if (await router.StatusAsync(host, path) == 200)
            {
                return true;
            }

            var slot = (await router.StatsAsync()).GetProperty("subscriptions").EnumerateArray().FirstOrDefault(slot => slot.GetProperty("key").GetString() == host);
            if (slot.ValueKind == System.Text.Json.JsonValueKind.Object)
            {
                var node = slot.GetProperty("nodes")[0];
                SubscriptionWords.TryReadProtocol(node.GetProperty("proto").GetString() switch { "s" => "scgi"u8, "f" => "fastcgi"u8, "h" => "http"u8, _ => "uwsgi"u8 }, out var protocol);
                router.Send(router.Sign(Packet(host, node.GetProperty("name").GetString()!, protocol) with { Load = ++load }));
            }

            return false;
        }, $"{host} is served");
    }

    private static async Task<WebApplication> StartKestrelAsync(int port, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = protocols));
        var app = builder.Build();
        app.Map("/version", static (HttpContext context) => $"{context.Request.Protocol} {context.Request.Host}");
        app.Map("/echo", static (HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body));
        app.Map("/header/{name}", static (HttpContext context, string name) => context.Request.Headers[name].ToString());
        await app.StartAsync();
        return app;
    }
}
