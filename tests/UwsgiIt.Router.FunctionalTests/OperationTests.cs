using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>What an operator does to a router.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task KillAndRestart_ServesTheOldRoutesBeforeTheFirstAnnounceAndRemembersReplays()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.StartPlain(router, "--socket", router.Folder.File("quiet.sock"), "--env", "VASSAL=quiet");
        var packet = router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = router.Folder.File("quiet.sock") });
        router.WriteKey("www.example.com");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(router.Folder.File("quiet.sock"))), "uWSGI listens");
        router.Send(packet);
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        var snapshot = router.Folder.File("state/snapshot");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(snapshot) && File.ReadAllText(snapshot).Contains("quiet.sock", StringComparison.Ordinal)), "the snapshot is written");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(snapshot));
        router.Process.Signal("KILL", wholeGroup: true);
        await router.Process.WaitAsync();
        await router.StartRouterAsync();
        Assert.Equal(200, await router.StatusAsync("www.example.com"));
        router.Send(packet);
        await router.PacketResultAsync("Replayed");
    }

    [Fact]
    public async Task DamagedSnapshot_IsMovedAsideAndTheRouterStarts()
    {
        await using var router = new RouterEnvironment();
        Directory.CreateDirectory(router.Folder.File("state"));
        await File.WriteAllTextAsync(router.Folder.File("state/snapshot"), "not a snapshot");
        await router.StartRouterAsync();
        Assert.True(File.Exists(router.Folder.File("state/snapshot.damaged")));
        Assert.Contains("moved aside", router.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_GoodSettings_TakeEffectAndBadOnesDoNot()
    {
        await using var router = await RouterEnvironment.StartAsync();
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = "127.0.0.1:4000" });
        router.WriteSettings(static settings => settings["Registry"]!["FallbackKey"] = "www.example.com");
        router.Process.Signal("HUP");
        await Eventually.TrueAsync(async () => await router.StatusAsync("nobody.example.com") != 404, "the fallback key is in force");
        router.WriteSettings(static settings => settings["Registry"]!["Algorithm"] = "dice");
        router.Process.Signal("HUP");
        await Eventually.TrueAsync(() => Task.FromResult(router.Process.Output.Contains("Registry:Algorithm = dice", StringComparison.Ordinal)), "the fault is logged");
        Assert.NotEqual(404, await router.StatusAsync("nobody.example.com"));
    }

    [Fact]
    public async Task Drain_FinishesWhatIsInFlightAndFailsReadinessFirst()
    {
        await using var router = await RouterEnvironment.StartAsync();
        UwsgiVassal.Start(router, "www.example.com");
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        var slow = router.StatusAsync("www.example.com", "/slow?2");
        await Eventually.TrueAsync(async () => (await router.StatsAsync()).GetProperty("subscriptions")[0].GetProperty("nodes")[0].GetProperty("ref").GetInt32() == 1, "the request is in flight");
        router.Process.Signal("TERM");
        Assert.Equal(200, await slow);
        Assert.Equal(0, await router.Process.WaitAsync());
    }

    [Fact]
    public async Task CheckConfig_ReportsEveryFaultWithSettingValueAndRemedy()
    {
        await using var router = new RouterEnvironment(static settings =>
        {
            settings["Registry"]!["Tolerance"] = "-00:00:05";
            settings["Registry"]!["Algorithm"] = "dice";
            settings["ReverseProxy"] = System.Text.Json.Nodes.JsonNode.Parse("""{ "Routes": { "one": { "ClusterId": "nowhere", "Match": { "Path": "/{" } } } }""");
            settings["Typo"] = "x";
            settings["Admin"]!["Adress"] = "127.0.0.1:1";
            settings["Subscription"]!["UdpEndpoints"] = new System.Text.Json.Nodes.JsonArray("localhost:99");
        });
        using var check = RouterEnvironment.Run(["--config", router.SettingsFile, "--check-config"]);
        Assert.Equal(78, await check.WaitAsync());
        foreach (var expected in new[] { "Registry:Tolerance = -00:00:05", "Registry:Algorithm = dice", "Typo", "Adress", "ReverseProxy:Routes:one = nowhere", "Invalid path", "Subscription:UdpEndpoints = localhost:99", "Write wrr, lrc, wlrc or iphash" })
        {
            Assert.Contains(expected, check.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--nonsense", 64)]
    [InlineData("--help", 0)]
    [InlineData("--version", 0)]
    [InlineData("--config=/nonexistent/router.json", 78)]
    public async Task CommandLine_EndsWithItsCode(string argument, int code)
    {
        using var process = RouterEnvironment.Run([argument]);
        Assert.Equal(code, await process.WaitAsync());
    }

    [Fact]
    public async Task PortInUse_EndsWithUnavailable()
    {
        await using var router = await RouterEnvironment.StartAsync();
        using var second = RouterEnvironment.Run(["--Listener:Endpoints:0:Address", router.Http.ToString()]);
        Assert.Equal(69, await second.WaitAsync());
    }

    [Fact]
    public async Task ServiceManager_IsToldReadyWatchdogAndStopping()
    {
        await using var router = new RouterEnvironment();
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notify.Bind(new UnixDomainSocketEndPoint(router.Folder.File("systemd.sock")));
        await router.StartRouterAsync(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = router.Folder.File("systemd.sock"), ["WATCHDOG_USEC"] = "400000" });
        await ReceiveAsync(notify, "READY=1");
        await ReceiveAsync(notify, "WATCHDOG=1");
        router.Process.Signal("TERM");
        await ReceiveAsync(notify, "STOPPING=1");
        Assert.Equal(0, await router.Process.WaitAsync());
    }

    [Fact]
    public async Task Stats_AreValidJsonWithTheOriginalsFields()
    {
        await using var router = await RouterEnvironment.StartAsync();
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = "127.0.0.1:4000", Weight = 7 });
        var stats = await router.StatsAsync();
        foreach (var field in new[] { "version", "pid", "uid", "gid", "cwd", "active_sessions", "http", "subscriptions", "cheap" })
        {
            Assert.True(stats.TryGetProperty(field, out _), field);
        }

        var slot = stats.GetProperty("subscriptions")[0];
        foreach (var field in new[] { "key", "hash", "hits", "sni_enabled", "algo", "nodes" })
        {
            Assert.True(slot.TryGetProperty(field, out _), field);
        }

        var node = slot.GetProperty("nodes")[0];
        foreach (var field in new[] { "name", "modifier1", "modifier2", "last_check", "pid", "uid", "gid", "requests", "last_requests", "tx", "rx", "cores", "load", "weight", "backup", "proto", "wrr", "ref", "failcnt", "death_mark" })
        {
            Assert.True(node.TryGetProperty(field, out _), field);
        }

        Assert.Equal(7, node.GetProperty("weight").GetInt32());
        Assert.Equal(RouterEnvironment.Transport switch { "IoUring" => HasRing() ? "io_uring" : "epoll", var kind => kind.ToLowerInvariant() }, stats.GetProperty("transport").GetString());
    }

    [SkippableFact]
    public async Task Request_AllocatesNextToNothing()
    {
        Skip.If(RouterEnvironment.Transport == "Sockets", "The promise is that of our own transport.");
        await using var router = await RouterEnvironment.StartAsync(static settings =>
        {
            settings.Remove("AccessLog");

            // Announced once; on a busy machine the requests take longer than the usual few seconds.
            settings["Registry"]!["Tolerance"] = "01:00:00";
        });
        var port = RouterEnvironment.FreePort();
        using var backend = new ChildProcess("/usr/sbin/nginx", ["-p", router.Folder.Path, "-e", "stderr", "-c", await NginxAsync(router, port)]);
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = $"127.0.0.1:{port}", Protocol = UpstreamProtocol.Http });
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "nginx answers");
        await RepeatAsync(router, 2000);
        var before = await AllocatedAsync(router);
        await RepeatAsync(router, 20_000);

        // Ours: what ASP.NET itself takes is some 250 bytes; buffers or state machines of ours would be kilobytes.
        Assert.InRange((await AllocatedAsync(router) - before) / 20_000, 0, 600);
    }

    [Fact]
    public async Task AccessLog_IsOneJsonLinePerRequestWithoutTheQuery()
    {
        await using var router = await RouterEnvironment.StartAsync();
        Assert.Equal(404, await router.StatusAsync("nobody.example.com", "/path?token=secret"));
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(router.Folder.File("access.log")) && File.ReadAllText(router.Folder.File("access.log")).Contains('\n', StringComparison.Ordinal)), "the line is written");
        using var line = JsonDocument.Parse(File.ReadAllLines(router.Folder.File("access.log"))[0]);
        Assert.Equal(("/path", 404, "nobody.example.com"), (line.RootElement.GetProperty("path").GetString(), line.RootElement.GetProperty("status").GetInt32(), line.RootElement.GetProperty("host").GetString()));

        // Moved away by logrotate, then reopened.
        File.Move(router.Folder.File("access.log"), router.Folder.File("access.log.1"));
        router.Process.Signal("HUP");
        await Eventually.TrueAsync(async () =>
        {
            await router.StatusAsync("nobody.example.com");
            return File.Exists(router.Folder.File("access.log"));
        }, "the log is opened anew");
    }

    [Fact]
    public async Task AccessLog_OnAFullDisk_LosesCountedLinesAndNothingElse()
    {
        const int Requests = 30;
        await using var router = await RouterEnvironment.StartAsync(static settings => settings["AccessLog"] = new JsonObject { ["Path"] = "/dev/full" });
        for (var i = 0; i < Requests; i++)
        {
            Assert.Equal(404, await router.StatusAsync("nobody.example.com"));
        }

        await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Split('\n').Any(static line => line.StartsWith("uwsgiit_router_access_log_dropped", StringComparison.Ordinal) && line.EndsWith($" {Requests}", StringComparison.Ordinal)), "every line is counted");
        router.Process.Signal("TERM");
        Assert.Equal(0, await router.Process.WaitAsync());
        Assert.Single(router.Process.Output.Split('\n'), static line => line.Contains("The access log cannot be written", StringComparison.Ordinal));
        Assert.DoesNotContain("BackgroundService", router.Process.Output, StringComparison.Ordinal);
    }

    private static bool HasRing()
    {
        try
        {
            new IoRing().Dispose();
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private static async Task ReceiveAsync(Socket socket, string expected)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var buffer = new byte[256];
        while (!System.Text.Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, deadline.Token)).Contains(expected, StringComparison.Ordinal))
        {
            // Something else it has to say.
        }
    }

    private static async Task<string> NginxAsync(RouterEnvironment router, int port)
    {
        var file = router.Folder.File("nginx.conf");
        await File.WriteAllTextAsync(file, $$"""
            daemon off; pid {{router.Folder.File("nginx.pid")}}; error_log stderr; worker_processes 1;
            events { worker_connections 256; }
            http { access_log off; keepalive_requests 1000000; client_body_temp_path {{router.Folder.File("body")}}; proxy_temp_path {{router.Folder.File("proxy")}};
              fastcgi_temp_path {{router.Folder.File("fcgi")}}; uwsgi_temp_path {{router.Folder.File("uwsgi")}}; scgi_temp_path {{router.Folder.File("scgi")}};
              server { listen 127.0.0.1:{{port}}; location / { return 200 "hello"; } } }
            """);
        return file;
    }

    /// <summary>Requests over one connection, by hand: the test's own client shares no memory with the router, but its time.</summary>
    private static async Task RepeatAsync(RouterEnvironment router, int count)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(router.Http);
        var stream = client.GetStream();
        var request = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"u8.ToArray();
        var buffer = new byte[4096];
        for (var i = 0; i < count; i++)
        {
            await stream.WriteAsync(request);
            var read = 0;
            while (!buffer.AsSpan(0, read).EndsWith("hello"u8))
            {
                read += await stream.ReadAsync(buffer.AsMemory(read)) is var bytes and > 0 ? bytes : throw new EndOfStreamException();
                Assert.True("HTTP/1.1 2"u8.StartsWith(buffer.AsSpan(0, Math.Min(read, 10))), System.Text.Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
    }

    private static async Task<double> AllocatedAsync(RouterEnvironment router) => double.Parse(
        (await router.MetricsAsync()).Split('\n').Single(static line => line.StartsWith("dotnet_gc_heap_total_allocated_bytes_total{", StringComparison.Ordinal)).Split(' ')[1],
        System.Globalization.CultureInfo.InvariantCulture);
}
