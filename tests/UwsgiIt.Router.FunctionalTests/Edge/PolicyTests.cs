using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>What a name's policy does to its requests, before the real router and a recorder.</summary>
public sealed class PolicyTests : IAsyncLifetime, IDisposable
{
    private readonly RecordingUpstream _upstream = new(UpstreamProtocol.Http);
    private readonly HostileUpstream _scripted = new();
    private readonly HttpListener _verifier = new();
    private RouterEnvironment _router = null!;

    public async Task InitializeAsync()
    {
        var verifier = $"http://127.0.0.1:{RouterEnvironment.FreePort()}/";
        _verifier.Prefixes.Add(verifier);
        _verifier.Start();
        _ = VerifyAsync();
        var names = new JsonObject
        {
            ["slow.example.com"] = new JsonObject { ["AddressRate"] = 1, ["AddressBurst"] = 3 },
            ["a.group.example.com"] = new JsonObject { ["NameRate"] = 1, ["NameBurst"] = 3, ["RateGroup"] = "customer" },
            ["b.group.example.com"] = new JsonObject { ["NameRate"] = 1, ["NameBurst"] = 3, ["RateGroup"] = "customer" },
            ["closed.example.com"] = new JsonObject { ["Deny"] = new JsonArray("127.0.0.0/8") },
            ["inner.example.com"] = new JsonObject { ["Allow"] = new JsonArray("10.0.0.0/8", "fd00::/8") },
            ["down.example.com"] = new JsonObject { ["Maintenance"] = true },
            ["tls.example.com"] = new JsonObject { ["RedirectToHttps"] = true },
            ["users.example.com"] = new JsonObject { ["BasicUsersFile"] = "" },
            ["asks.example.com"] = new JsonObject { ["ForwardAuth"] = verifier + "verify", ["ForwardAuthHeaders"] = new JsonArray("X-User") },
            ["narrow.example.com"] = new JsonObject { ["BytesPerSecond"] = 1000 },
            ["lost.example.com"] = new JsonObject { ["ForwardAuth"] = $"http://127.0.0.1:{RouterEnvironment.FreePort()}/verify" },
            ["whole.example.com"] = new JsonObject { ["BufferUploads"] = true },
            ["small.example.com"] = new JsonObject { ["Compress"] = true },
            ["in.example.com"] = new JsonObject { ["UploadBytesPerSecond"] = 1000 },
            ["c1.example.com"] = new JsonObject { ["CustomerRate"] = 1, ["CustomerBurst"] = 3 },
            ["c2.example.com"] = new JsonObject { ["CustomerRate"] = 1, ["CustomerBurst"] = 3 },
            ["c3.example.com"] = new JsonObject { ["CustomerRate"] = 1, ["CustomerBurst"] = 3 },
        };
        _router = new RouterEnvironment(settings =>
        {
            settings["Registry"] = new JsonObject { ["Tolerance"] = "01:00:00" };
            settings["Policy"] = new JsonObject { ["Names"] = names };
            settings["Forwarding"] = new JsonObject { ["TrustedProxies"] = new JsonArray("127.0.0.0/8") };
        });
        var salt = "salt";
        var hash = Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2("secret", Encoding.UTF8.GetBytes(salt), 2000, HashAlgorithmName.SHA256, 32));
        await File.WriteAllTextAsync(_router.Folder.File("users"), $"# one\nalice:pbkdf2_sha256$2000${salt}${hash}\n");
        await File.WriteAllTextAsync(_router.Folder.File("down.html"), "<p>Back at noon.</p>");
        await File.WriteAllTextAsync(_router.Folder.File("gone.json"), "{}");
        _router.WriteSettings(settings =>
        {
            var policies = settings["Policy"]!["Names"]!;
            policies["users.example.com"]!["BasicUsersFile"] = _router.Folder.File("users");
            policies["down.example.com"]!["ErrorPages"] = new JsonObject { ["503"] = _router.Folder.File("down.html") };
            settings["Policy"]!["Default"] = new JsonObject { ["ErrorPages"] = new JsonObject { ["404"] = _router.Folder.File("gone.json") } };
        });
        await _router.StartRouterAsync();
        foreach (var (name, _) in names)
        {
            await _router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = name, Address = $"127.0.0.1:{(name is "narrow.example.com" or "small.example.com" ? _scripted.Port : _upstream.Port)}", Protocol = UpstreamProtocol.Http });
        }
    }

    public async Task DisposeAsync()
    {
        await _router.DisposeAsync();
        Dispose();
    }

    public void Dispose()
    {
        _verifier.Close();
        _upstream.Dispose();
        _scripted.Dispose();
    }

    [Fact]
    public async Task Policies_DoWhatTheySay()
    {
        // One address asks too often; another does not suffer. A token comes back each second: a slow machine is served a few more.
        var taken = 0;
        HttpResponseMessage refused;
        while ((refused = await AskAsync("slow.example.com", ("X-Unused", ""))).StatusCode == HttpStatusCode.OK && taken < 100)
        {
            refused.Dispose();
            taken++;
        }

        using (refused)
        {
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 1, 10);
        }

        Assert.InRange(taken, 3, 99);

        using (var other = await AskAsync("slow.example.com", ("X-Forwarded-For", "203.0.113.7")))
        {
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        // Two names of a group share a bucket: three at once and one a second, not twice that.
        var served = 0;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 8; i++)
        {
            served += await _router.StatusAsync(i % 2 == 0 ? "a.group.example.com" : "b.group.example.com") == 200 ? 1 : 0;
        }

        Assert.InRange(served, 3, 4 + (int)Stopwatch.GetElapsedTime(started).TotalSeconds);

        Assert.Equal(403, await _router.StatusAsync("closed.example.com"));
        Assert.Equal(403, await _router.StatusAsync("inner.example.com"));
        Assert.Equal(200, await StatusAsync("inner.example.com", ("X-Forwarded-For", "10.1.2.3")));
        Assert.Equal(403, await StatusAsync("inner.example.com", ("X-Forwarded-For", "10.1.2.3, 203.0.113.7")));
        Assert.Equal(503, await _router.StatusAsync("down.example.com"));
        using (var redirect = await AskAsync("tls.example.com", "/a?b=c"))
        {
            Assert.Equal((HttpStatusCode.MovedPermanently, "https://tls.example.com/a?b=c"), (redirect.StatusCode, redirect.Headers.Location?.OriginalString));
        }

        Assert.Equal(200, await _router.StatusAsync("tls.example.com", "/.well-known/acme-challenge/x"));
        Assert.Equal(200, await StatusAsync("tls.example.com", ("X-Forwarded-Proto", "https")));

        Assert.Equal(401, await _router.StatusAsync("users.example.com"));
        Assert.Equal(401, await StatusAsync("users.example.com", ("Authorization", Basic("alice:wrong"))));
        Assert.Equal(401, await StatusAsync("users.example.com", ("Authorization", Basic("bob:secret"))));
        Assert.Equal(200, await StatusAsync("users.example.com", ("Authorization", Basic("alice:secret"))));
        Assert.Equal(200, await StatusAsync("users.example.com", ("Authorization", Basic("alice:secret"))));
        Assert.DoesNotContain("Authorization", _upstream.LastHead, StringComparison.OrdinalIgnoreCase);

        using (var asked = await AskAsync("asks.example.com", ("X-User", "forged")))
        {
            Assert.Equal((HttpStatusCode.Found, "/login"), (asked.StatusCode, asked.Headers.Location?.OriginalString));
        }

        Assert.Equal(200, await StatusAsync("asks.example.com", ("Cookie", "good=1"), ("X-User", "forged")));
        Assert.Contains("X-User: alice\r\n", _upstream.LastHead, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", _upstream.LastHead, StringComparison.Ordinal);

        // Whom nobody can vouch for does not pass.
        _upstream.Targets.Clear();
        Assert.Equal(502, await _router.StatusAsync("lost.example.com", "/lost"));
        Assert.DoesNotContain("/lost", _upstream.Targets);
        var metrics = await _router.MetricsAsync();
        foreach (var cause in new[] { "Address", "Rate", "Maintenance", "Authentication" })
        {
            Assert.Contains($"uwsgiit_router_requests_refused_total{{otel_scope_name=\"UwsgiIt.Router\",cause=\"{cause}\"}}", metrics, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TrustedProxy_IsBelievedAndSentOn()
    {
        Assert.Equal(200, await StatusAsync("tls.example.com", ("X-Forwarded-For", "198.51.100.1, 203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "outer.example.com"), ("Forwarded", "for=203.0.113.7"), ("X-Real-IP", "6.6.6.6")));
        foreach (var line in new[] { "X-Forwarded-For: 198.51.100.1, 203.0.113.7, 127.0.0.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: outer.example.com", "Forwarded: for=203.0.113.7, for=127.0.0.1" })
        {
            Assert.Contains(line + "\r\n", _upstream.LastHead, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("6.6.6.6", _upstream.LastHead, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => File.Exists(_router.Folder.File("access.log")) && (await File.ReadAllTextAsync(_router.Folder.File("access.log"))).Contains("\"client\":\"203.0.113.7\"", StringComparison.Ordinal), "the log names the client");
    }

    [Fact]
    public async Task Responses_AreCompressedAndHeldToARateWhereAskedFor()
    {
        var text = string.Concat(Enumerable.Repeat("abcdefghij", 300));
        _scripted.Answers[1] = ([Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n{text}")], true);
        using (var squeezed = await AskAsync("small.example.com", "/n/1/", ("Accept-Encoding", "gzip")))
        {
            Assert.Equal("gzip", squeezed.Content.Headers.ContentEncoding.Single());
            using var stream = new System.IO.Compression.GZipStream(await squeezed.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
            Assert.Equal(text, await new StreamReader(stream).ReadToEndAsync());
        }

        using (var squeezed = await AskAsync("small.example.com", "/n/1/", ("Accept-Encoding", "zstd;q=1, gzip;q=0.5")))
        {
            Assert.Equal("zstd", squeezed.Content.Headers.ContentEncoding.Single());
            using var stream = new ZstdSharp.DecompressionStream(await squeezed.Content.ReadAsStreamAsync());
            Assert.Equal(text, await new StreamReader(stream).ReadToEndAsync());
        }

        // What is compressed already, or gains nothing, stays as it is.
        foreach (var (number, header) in new[] { (2, "Content-Encoding: br\r\nContent-Type: text/plain"), (3, "Content-Type: image/png") })
        {
            _scripted.Answers[number] = ([Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: {text.Length}\r\n\r\n{text}")], true);
            using var untouched = await AskAsync("small.example.com", $"/n/{number}/", ("Accept-Encoding", "gzip, br"));
            Assert.Equal(text, await untouched.Content.ReadAsStringAsync());
            Assert.Equal(number == 2 ? ["br"] : [], untouched.Content.Headers.ContentEncoding);
        }

        using (var plain = await AskAsync("slow.example.com", "/", ("Accept-Encoding", "gzip"), ("X-Forwarded-For", "203.0.113.9")))
        {
            Assert.Empty(plain.Content.Headers.ContentEncoding);
        }

        // Three thousand bytes at a thousand a second, of which one second's worth may come at once.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var held = await AskAsync("narrow.example.com", "/n/1/");
        Assert.Equal(text, await held.Content.ReadAsStringAsync());
        using var next = await AskAsync("narrow.example.com", "/n/1/");
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.5, 600);
    }

    [Fact]
    public async Task ErrorPages_AreTheNamesThenTheDefaults()
    {
        using var down = await AskAsync("down.example.com");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html", "<p>Back at noon.</p>"), (down.StatusCode, down.Content.Headers.ContentType!.MediaType, await down.Content.ReadAsStringAsync()));
        using var unknown = await AskAsync("nobody.example.com");
        Assert.Equal((HttpStatusCode.NotFound, "application/json", "{}"), (unknown.StatusCode, unknown.Content.Headers.ContentType!.MediaType, await unknown.Content.ReadAsStringAsync()));
        using var closed = await AskAsync("closed.example.com");
        Assert.Equal("403 Forbidden\n", await closed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Uploads_AreHeldToARate()
    {
        // Four thousand bytes at a thousand a second, of which one second's worth may come at once.
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 2; i++)
        {
            using var response = await _router.GetAsync("in.example.com", "/", HttpMethod.Post, new ByteArrayContent(new byte[2000]));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, 2.5, 600);
    }

    [Fact]
    public async Task BufferedUploads_ReachNobodyBeforeTheyAreWhole()
    {
        // Streamed, the head would be there before the client is gone.
        foreach (var (name, expected) in new[] { ("whole.example.com", 0), ("in.example.com", 1) })
        {
            _upstream.Targets.Clear();
            await using (var client = await RawClient.ConnectAsync(_router.Http))
            {
                await client.WriteAsync(Encoding.ASCII.GetBytes($"POST /half HTTP/1.1\r\nHost: {name}\r\nContent-Length: 20\r\n\r\n0123456789"));
                if (expected > 0)
                {
                    await Eventually.TrueAsync(() => Task.FromResult(!_upstream.Targets.IsEmpty), "the head is there");
                }
                else
                {
                    await Eventually.TrueAsync(async () => (await _router.MetricsAsync()).Contains("uwsgiit_router_requests_active{otel_scope_name=\"UwsgiIt.Router\"} 1", StringComparison.Ordinal), "the request is under way");
                }
            }

            await Eventually.TrueAsync(async () => (await _router.MetricsAsync()).Contains("uwsgiit_router_requests_active{otel_scope_name=\"UwsgiIt.Router\"} 0", StringComparison.Ordinal), "the request is over");
            Assert.Equal(expected, _upstream.Targets.Count(static target => target == "/half"));
        }

        using var response = await _router.GetAsync("whole.example.com", "/whole", HttpMethod.Post, new ByteArrayContent(new byte[200_000]));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Content-Length: 200000\r\n", _upstream.LastHead, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task CustomersRate_IsThatOfAllHisNames()
    {
        // The third name is somebody else's.
        using var other = RSA.Create(2048);
        _router.WriteKey("c3.example.com", other);
        await Eventually.TrueAsync(async () =>
        {
            _router.Send(_router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "c3.example.com", Address = $"127.0.0.1:{_scripted.Port}", Protocol = UpstreamProtocol.Http }, other));
            return (await _router.NodesAsync("c3.example.com")).Length == 2;
        }, "the other customer announces a node of his own", 60);
        var served = 0;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 8; i++)
        {
            served += await _router.StatusAsync(i % 2 == 0 ? "c1.example.com" : "c2.example.com") == 200 ? 1 : 0;
        }

        Assert.InRange(served, 3, 4 + (int)Stopwatch.GetElapsedTime(started).TotalSeconds);

        // Whatever the node says: it was asked, for his bucket is his own.
        _scripted.Answers[1] = ([Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")], true);
        Assert.Equal(200, await _router.StatusAsync("c3.example.com", "/n/1/"));
    }

    [Fact]
    public async Task ForcedHttps_IsThePacketsWish_AndOutlastsARestart()
    {
        var packet = new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "forced.example.com", Address = $"127.0.0.1:{_upstream.Port}", Protocol = UpstreamProtocol.Http, ForcesHttps = true };
        await _router.AnnounceAsync(packet);
        await AssertRedirectsAsync();
        Assert.Equal(200, await _router.StatusAsync("forced.example.com", "/.well-known/acme-challenge/x"));
        Assert.Equal(200, await StatusAsync("forced.example.com", ("X-Forwarded-Proto", "https")));

        // What is on disk is what a killed router serves again before the next announce.
        var snapshot = _router.Folder.File("state");
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(snapshot).Any(static file => !file.EndsWith(".new", StringComparison.Ordinal) && File.ReadAllText(file, Encoding.Latin1).Contains("forced.example.com", StringComparison.Ordinal))), "the name is on disk");
        _router.Process.Signal("KILL");
        await _router.Process.WaitAsync();
        await _router.StartRouterAsync();
        await AssertRedirectsAsync();
        await Eventually.TrueAsync(async () =>
        {
            // A second's worth of the clock makes it a new packet.
            _router.Send(_router.Sign(packet with { ForcesHttps = false, Load = 1 }));
            return await _router.StatusAsync("forced.example.com") == 200;
        }, "the wish is taken back", 60);

        async Task AssertRedirectsAsync()
        {
            using var redirect = await AskAsync("forced.example.com", "/a?b=c");
            Assert.Equal((HttpStatusCode.MovedPermanently, "https://forced.example.com/a?b=c"), (redirect.StatusCode, redirect.Headers.Location?.OriginalString));
        }
    }

    private static string Basic(string credentials) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private async Task<int> StatusAsync(string host, params (string Name, string Value)[] headers)
    {
        using var response = await AskAsync(host, headers);
        return (int)response.StatusCode;
    }

    private Task<HttpResponseMessage> AskAsync(string host, params (string Name, string Value)[] headers) => AskAsync(host, "/", headers);

    private async Task<HttpResponseMessage> AskAsync(string host, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _router.Client.SendAsync(request);
    }

    /// <summary>Lets those pass who have the right cookie.</summary>
    private async Task VerifyAsync()
    {
        try
        {
            while (true)
            {
                var context = await _verifier.GetContextAsync();
                var isGood = context.Request.Headers["Cookie"] == "good=1" && context.Request.Headers["X-Forwarded-Host"] == "asks.example.com";
                context.Response.StatusCode = isGood ? 204 : 302;
                context.Response.Headers[isGood ? "X-User" : "Location"] = isGood ? "alice" : "/login";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
