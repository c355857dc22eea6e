using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.FunctionalTests.Edge;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>uwsgi in: the real nginx in front, packets made by hand, the real uWSGI and recorders behind.</summary>
public sealed class FastRouterTests
{
    [Fact]
    public async Task Nginx_ReachesTheVassalThroughUs()
    {
        await using var router = await StartAsync();
        UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        var port = RouterEnvironment.FreePort();
        Nginx.Start(router, $$"""
            include /etc/nginx/uwsgi_params; uwsgi_param X_CUSTOM abc; client_max_body_size 100m; uwsgi_request_buffering off;
            server { listen 127.0.0.1:{{port}}; location / { uwsgi_pass {{router.Behind(0)}}; } }
            """);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Host = "www.example.com";
        await Eventually.TrueAsync(async () => await TryStatusAsync(client) == 200, "nginx answers");

        var variables = await client.GetStringAsync("/env?a=b");
        foreach (var line in (string[])["X_CUSTOM=abc\n", "QUERY_STRING=a=b\n", "REMOTE_ADDR=127.0.0.1\n", "HTTP_HOST=www.example.com\n", $"SERVER_PORT={port}\n"])
        {
            Assert.Contains(line, variables, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("UWSGI_ROUTER", variables, StringComparison.Ordinal);
        var body = RandomNumberGenerator.GetBytes(3_000_000);
        using var post = await client.PostAsync(new Uri("/digest", UriKind.Relative), new ByteArrayContent(body));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), await post.Content.ReadAsStringAsync());
        Assert.Equal(100 * 65_536, (await client.GetByteArrayAsync("/big?100")).Length);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/head"));
        Assert.Equal(11, head.Content.Headers.ContentLength);
        using var unchanged = await client.GetAsync(new Uri("/304", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(new EntityTagHeaderValue("\"x\""), unchanged.Headers.ETag);

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "www.example.com");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/ws"), deadline.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, deadline.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, deadline.Token);
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, received.Count));
        client.DefaultRequestHeaders.Host = "nobody.example.com";
        Assert.Equal(404, await TryStatusAsync(client));
    }

    [Fact]
    public async Task Packet_PassesAsItCame_ButForTheModifiers()
    {
        await using var router = await StartAsync();
        var block = Block(("HTTP_HOST", "www.example.com"), ("CONTENT_LENGTH", "5"), ("REQUEST_METHOD", "POST"), ("UWSGI_X", "\u00ff\n"), ("HTTP_X_FILL", ""));
        block = [.. Block(("HTTP_X_FILL", new string('x', 65_535 - block.Length - 15))), .. block];
        Assert.Equal(65_535, block.Length);
        byte[] packet = [9, 0xff, 0xff, 8, .. block, .. "hello"u8];
        using var node = Recorder.After(packet.Length);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = node.Address, Modifier1 = 5, Modifier2 = 7 });
        var answer = await RawClient.AskAsync(router.Behind(0), packet[..40_000], packet[40_000..^3], packet[^3..]);
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", answer);
        (packet[0], packet[3]) = (5, 7);
        Assert.Equal(packet, await node.NextAsync());
    }

    [Fact]
    public async Task Key_IsTheRoutersThenTheHostThenTheServer_OrForced()
    {
        await using var router = await StartAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            var node = router.Own(new Recorder(got => got.Length < 4 ? null : Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n\r\n{name}")));
            await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = $"{name}.example.com", Address = node.Address });
        }

        (string, string) server = ("SERVER_NAME", "c.example.com"), host = ("HTTP_HOST", "B.example.com"), key = ("UWSGI_FASTROUTER_KEY", "a.example.com");
        Assert.EndsWith("\r\n\r\na", await AskAsync(router, server, host, key), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nb", await AskAsync(router, host, server), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nc", await AskAsync(router, server), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nc", await RawClient.AskAsync(router.Behind(1), Packet(host, key)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await AskAsync(router, ("REQUEST_METHOD", "GET")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpNode_GetsTheSameRequest()
    {
        await using var router = await StartAsync();
        using var http = new Recorder(static got => Encoding.ASCII.GetString(got).EndsWith("\r\n\r\nhello", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok") : null);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = http.Address, Protocol = UpstreamProtocol.Http });
        byte[] packet = [.. Packet(("REQUEST_METHOD", "PUT"), ("REQUEST_URI", "/a%20b?c"), ("HTTP_HOST", "www.example.com"), ("HTTP_ACCEPT_ENCODING", "br"), ("HTTP_X_FORWARDED_FOR", "1.2.3.4"),
            ("CONTENT_TYPE", "text/x"), ("CONTENT_LENGTH", "5"), ("HTTPS", "on"), ("REMOTE_ADDR", "203.0.113.7"), ("REMOTE_PORT", "9")), .. "hello"u8];
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok", Sorted(await RawClient.AskAsync(router.Behind(0), packet)));
        var text = Encoding.ASCII.GetString(await http.NextAsync());
        Assert.StartsWith("PUT /a%20b?c HTTP/1.1\r\nHost: www.example.com\r\n", text, StringComparison.Ordinal);
        foreach (var line in (string[])["\r\nAccept-Encoding: br\r\n", "\r\nContent-Type: text/x\r\n", "\r\nContent-Length: 5\r\n", "\r\nX-Forwarded-For: 203.0.113.7\r\n", "\r\nX-Forwarded-Proto: https\r\n"])
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("1.2.3.4", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeServed_IsAnsweredAndReachesNoNode()
    {
        await using var router = await StartAsync();
        using var node = Recorder.After(1);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = node.Address, Protocol = UpstreamProtocol.Http });
        var host = ("HTTP_HOST", "www.example.com");
        foreach (var bad in (byte[][])
        [
            [0, 3, 0, 0, 1, 0, 65], [0, 6, 0, 0, 1, 0, 65, 255, 0, 66], Packet(host, ("CONTENT_LENGTH", "5"), ("CONTENT_LENGTH", "6")), Packet(host, ("CONTENT_LENGTH", "+5")), Packet(host, ("CONTENT_LENGTH", "99999999999999999999")),
            Packet(host, ("HTTP_X_A", "b\r\nX-C: d")), Packet(host, ("HTTP_X A", "b")), Packet(host, ("REQUEST_METHOD", "GET / HTTP/1.1\r\n\r\n")), Packet(host, ("REQUEST_URI", "/ HTTP/1.1\r\nA: b")), Packet(host, ("REQUEST_METHOD", "")),
        ])
        {
            Assert.StartsWith("HTTP/1.1 400", await RawClient.AskAsync(router.Behind(0), bad), StringComparison.Ordinal);
        }

        Assert.Equal(0, node.Connections);
        Assert.Equal("", await RawClient.AskAsync(router.Behind(0), [0, 0, 0, 0]));
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "dead.example.com", Address = $"127.0.0.1:{RouterEnvironment.FreePort()}" });
        Assert.StartsWith("HTTP/1.1 502", await AskAsync(router, ("HTTP_HOST", "dead.example.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientCertificateNames_AreRefused()
    {
        await using var router = await StartAsync();
        using var node = Recorder.After(1);
        var server = TestCertificates.Server("secure.example.com");
        var claim = new SniClaim(server.KeyPem, server.CertificatePem, TestCertificates.Authority("Acme CA").CertificatePem, false);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "secure.example.com", Address = node.Address, Sni = claim });
        Assert.StartsWith("HTTP/1.1 403", await AskAsync(router, ("HTTP_HOST", "secure.example.com")), StringComparison.Ordinal);
        Assert.Equal(0, node.Connections);
    }

    [Fact]
    public async Task BufferedBodies_AreWholeBeforeANodeIsAsked_AndACutOneNeverPasses()
    {
        await using var router = await StartAsync();
        var head = Packet(("HTTP_HOST", "www.example.com"), ("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", "300000"));
        var body = RandomNumberGenerator.GetBytes(300_000);
        using var node = Recorder.After(head.Length + body.Length);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = node.Address });

        // Streaming: what the client does not finish, the node gets no whole request of.
        await using (var cut = await RawClient.ConnectAsync(router.Behind(0)))
        {
            await cut.WriteAsync((byte[])[.. head, .. body[..200_000]]);
            await Eventually.TrueAsync(() => Task.FromResult(node.Connections == 1), "the node is asked at once");
        }

        Assert.True((await node.NextAsync()).Length < head.Length + body.Length);

        // Buffering: a byte is missing, so nobody is asked; the other request on the same listener shows that time has passed.
        await using var slow = await RawClient.ConnectAsync(router.Behind(2));
        await slow.WriteAsync((byte[])[.. head, .. body[..^1]]);
        Assert.StartsWith("HTTP/1.1 404", await RawClient.AskAsync(router.Behind(2), Packet(("HTTP_HOST", "nobody.example.com"))), StringComparison.Ordinal);
        Assert.Equal(1, node.Connections);
        await slow.WriteAsync(body.AsMemory(body.Length - 1));
        Assert.EndsWith("ok", await RawClient.ReadToEndAsync(slow), StringComparison.Ordinal);
        Assert.Equal((byte[])[.. head, .. body], await node.NextAsync());
    }

    [Theory]
    [InlineData(UpstreamProtocol.FastCgi)]
    [InlineData(UpstreamProtocol.Scgi)]
    public async Task CgiNode_GetsTheSameRequest(UpstreamProtocol protocol)
    {
        await using var router = await StartAsync();
        using var node = new RecordingUpstream(protocol);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = $"127.0.0.1:{node.Port}", Protocol = protocol });
        byte[] packet = [.. Packet(("REQUEST_METHOD", "PUT"), ("REQUEST_URI", "/a%20b?c"), ("PATH_INFO", "/a b"), ("QUERY_STRING", "c"), ("HTTP_HOST", "www.example.com"), ("CONTENT_LENGTH", "5"), ("REMOTE_ADDR", "203.0.113.7"), ("X_CUSTOM", "d")), .. "hello"u8];
        Assert.EndsWith("\r\n\r\nok", await RawClient.AskAsync(router.Behind(0), packet), StringComparison.Ordinal);
        foreach (var line in (string[])["REQUEST_METHOD=PUT", "REQUEST_URI=/a%20b?c", "QUERY_STRING=c", "CONTENT_LENGTH=5", "REMOTE_ADDR=203.0.113.7", "X_CUSTOM=d"])
        {
            Assert.Contains(line, node.LastHead, StringComparison.Ordinal);
        }

        Assert.Empty(node.Garbage);
    }

    [Fact]
    public async Task Policies_AreThoseOfTheKey_AndBoundsHold()
    {
        await using var router = await StartAsync(settings =>
        {
            settings["Listener"]!["MaxRequestBodyBytes"] = 10;
            settings["Policy"] = new JsonObject { ["Names"] = new JsonObject
            {
                ["down.example.com"] = new JsonObject { ["Maintenance"] = true },
                ["closed.example.com"] = new JsonObject { ["Deny"] = new JsonArray("203.0.113.0/24") },
                ["once.example.com"] = new JsonObject { ["NameRate"] = 1, ["NameBurst"] = 1 },
                ["users.example.com"] = new JsonObject { ["BasicUsersFile"] = UsersFile },
            } };
        });
        using var node = new RecordingUpstream(UpstreamProtocol.Uwsgi);
        foreach (var name in (string[])["down", "closed", "once", "users", "www"])
        {
            await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = $"{name}.example.com", Address = $"127.0.0.1:{node.Port}" });
        }

        (string, string) other = ("HTTP_HOST", "other.example.com"), uri = ("REQUEST_URI", "/"), client = ("REMOTE_ADDR", "203.0.113.7");
        Assert.StartsWith("HTTP/1.1 503", await AskAsync(router, other, uri, ("UWSGI_FASTROUTER_KEY", "down.example.com")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", await AskAsync(router, ("HTTP_HOST", "closed.example.com"), uri, client), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await AskAsync(router, ("HTTP_HOST", "www.example.com"), ("REQUEST_URI", "/%00")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405", await AskAsync(router, ("HTTP_HOST", "www.example.com"), uri, ("REQUEST_METHOD", "TRACE")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413", await AskAsync(router, ("HTTP_HOST", "www.example.com"), uri, ("CONTENT_LENGTH", "11")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401", await AskAsync(router, ("HTTP_HOST", "users.example.com"), uri), StringComparison.Ordinal);
        Assert.Empty(node.Targets);

        var credentials = "Basic " + Convert.ToBase64String("alice:secret"u8);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(router, ("HTTP_HOST", "users.example.com"), uri, ("HTTP_AUTHORIZATION", credentials)), StringComparison.Ordinal);
        Assert.DoesNotContain("AUTHORIZATION", node.LastHead, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await AskAsync(router, ("HTTP_HOST", "once.example.com"), uri)).StartsWith("HTTP/1.1 429", StringComparison.Ordinal), "the rate is held");
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(router, ("HTTP_HOST", "www.example.com"), uri), StringComparison.Ordinal);
    }

    private static string UsersFile { get; } = MakeUsersFile();

    private static string MakeUsersFile()
    {
        var file = Path.Combine(Path.GetTempPath(), $"uwsgiit-users-{Environment.ProcessId}");
        File.WriteAllText(file, $"alice:pbkdf2_sha256$2000$salt${Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2("secret", "salt"u8, 2000, HashAlgorithmName.SHA256, 32))}\n");
        return file;
    }

    private static Task<RouterEnvironment> StartAsync(Action<JsonObject>? configure = null) => RouterEnvironment.StartAsync(settings =>
    {
        configure?.Invoke(settings);
        var endpoints = settings["Listener"]!["Endpoints"]!.AsArray();
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{RouterEnvironment.FreePort()}", ["Kind"] = "Uwsgi" });
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{RouterEnvironment.FreePort()}", ["Kind"] = "Uwsgi", ["Key"] = "c.example.com" });
        endpoints.Add(new JsonObject { ["Address"] = $"127.0.0.1:{RouterEnvironment.FreePort()}", ["Kind"] = "Uwsgi", ["BufferBodies"] = true });
    });

    private static Task<string> AskAsync(RouterEnvironment router, params (string, string)[] variables) => RawClient.AskAsync(router.Behind(0), Packet(variables));

    private static byte[] Packet(params (string, string)[] variables)
    {
        var block = Block(variables);
        var packet = new byte[4 + block.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(1), (ushort)block.Length);
        block.CopyTo(packet, 4);
        return packet;
    }

    private static byte[] Block(params (string Name, string Value)[] variables)
    {
        var buffer = new byte[65_535];
        var writer = new UwsgiVarWriter(buffer);
        foreach (var (name, value) in variables)
        {
            Assert.True(writer.TryWrite(Encoding.ASCII.GetBytes(name), value.AsSpan()));
        }

        return buffer[..writer.Written];
    }

    private static string Sorted(string answer)
    {
        var head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
        return string.Join("\r\n", [head[0], .. head[1..].Order(StringComparer.Ordinal)]) + answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
    }

    private static async Task<int> TryStatusAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync(new Uri("/", UriKind.Relative));
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
