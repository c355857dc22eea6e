using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Nodes that fail, are busy, or are to be spared.</summary>
public sealed class NodeProtectionTests
{
    [Fact]
    public async Task FailingNode_IsTakenOutAndOthersServe()
    {
        await using var router = await StartAsync(new JsonObject { ["EjectAfterFailures"] = 3, ["EjectionTime"] = "00:10:00" });
        using var good = new RecordingUpstream(UpstreamProtocol.Http);
        using var bad = new TcpListener(IPAddress.Loopback, 0);
        bad.Start();
        var asked = 0;
        _ = BreakAsync(bad, () => asked++);
        await AnnounceAsync(router, good.Port);
        await AnnounceAsync(router, ((IPEndPoint)bad.LocalEndpoint).Port);
        await Eventually.TrueAsync(async () =>
        {
            await PostAsync(router);
            return router.Process.Output.Contains("is taken out for a while", StringComparison.Ordinal);
        }, "the node is taken out");
        var before = asked;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, await PostAsync(router));
        }

        Assert.Equal(before, asked);
    }

    [Fact]
    public async Task DrainedNode_GetsNoMoreUntilItIsBack()
    {
        await using var router = await StartAsync([]);
        using var first = new RecordingUpstream(UpstreamProtocol.Http);
        using var second = new RecordingUpstream(UpstreamProtocol.Http);
        await AnnounceAsync(router, first.Port);
        await AnnounceAsync(router, second.Port);
        Assert.Equal(204, await DrainAsync(router, first.Port, true));
        first.Targets.Clear();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(200, await PostAsync(router));
        }

        Assert.Empty(first.Targets);
        Assert.Equal(204, await DrainAsync(router, first.Port, false));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(200, await PostAsync(router));
        }

        Assert.NotEmpty(first.Targets);
        Assert.Equal(404, await DrainAsync(router, 1, true));
    }

    [Fact]
    public async Task NodeDrainedByConfiguration_GetsNoMore_HoweverOftenItAnnouncesItself()
    {
        await using var router = await StartAsync([]);
        using var first = new RecordingUpstream(UpstreamProtocol.Http);
        using var second = new RecordingUpstream(UpstreamProtocol.Http);
        await AnnounceAsync(router, first.Port);
        await AnnounceAsync(router, second.Port);
        router.WriteSettings(settings => settings["Registry"]!["Draining"] = new JsonArray(new JsonObject { ["Key"] = "www.example.com", ["Address"] = $"127.0.0.1:{first.Port}" }));
        router.Process.Signal("HUP");
        await Eventually.TrueAsync(async () =>
        {
            // Among three of two nodes in turn the first is once, if it is there.
            first.Targets.Clear();
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(200, await PostAsync(router));
            }

            return first.Targets.IsEmpty;
        }, "the node is drained");
        router.Send(router.Sign(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = $"127.0.0.1:{first.Port}", Protocol = UpstreamProtocol.Http, Load = 7, UnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 5 }));
        await Eventually.TrueAsync(async () => (await router.StatsAsync()).GetRawText().Contains("\"load\":7", StringComparison.Ordinal), "the announce is taken");
        first.Targets.Clear();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(200, await PostAsync(router));
        }

        Assert.Empty(first.Targets);
        router.WriteSettings(static settings => settings["Registry"]!["Draining"] = new JsonArray());
        router.Process.Signal("HUP");
        await Eventually.TrueAsync(async () => await PostAsync(router) == 200 && !first.Targets.IsEmpty, "the node is back");
    }

    [Fact]
    public async Task NodeThatDrainsItselfByPacket_GetsNoMore_AndFinishesWhatItHas()
    {
        await using var router = await StartAsync([]);
        using var first = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        using var second = new RecordingUpstream(UpstreamProtocol.Http);
        var packet = new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = $"127.0.0.1:{((IPEndPoint)first.LocalEndpoint).Port}", Protocol = UpstreamProtocol.Http };
        await router.AnnounceAsync(packet);
        var held = PostAsync(router);
        using var connection = await first.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await AnnounceAsync(router, second.Port);
        var announces = 0;
        await LoadSeenAsync(packet with { Drains = true });
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, await PostAsync(router));
        }

        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
        Assert.Equal(200, await held);

        // With nobody else left it is a 503, and its next announce without the wish has it back.
        Assert.Equal(204, await DrainAsync(router, second.Port, true));
        Assert.Equal(503, await PostAsync(router));
        await LoadSeenAsync(packet);
        var back = PostAsync(router);
        var rest = ServeAsync(first);
        Assert.Equal(200, await back);
        first.Stop();
        await rest;

        // Each a second later than the last, or it would pass for a replay.
        Task LoadSeenAsync(SubscriptionPacket next)
        {
            var load = 7UL + (ulong)++announces;
            router.Send(router.Sign(next with { Load = load, UnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + (5 * announces) }));
            return Eventually.TrueAsync(async () => (await router.StatsAsync()).GetRawText().Contains($"\"load\":{load}", StringComparison.Ordinal), "the announce is taken");
        }
    }

    [Fact]
    public async Task FailingNode_IsTriedAgainWhenItsTimeIsOver()
    {
        await using var router = await StartAsync(new JsonObject { ["EjectAfterFailures"] = 1, ["EjectionTime"] = "00:00:01" });
        using var good = new RecordingUpstream(UpstreamProtocol.Http);
        using var bad = new TcpListener(IPAddress.Loopback, 0);
        bad.Start();
        var asked = 0;
        _ = BreakAsync(bad, () => Interlocked.Increment(ref asked));
        await AnnounceAsync(router, good.Port);
        await AnnounceAsync(router, ((IPEndPoint)bad.LocalEndpoint).Port);

        // Once it is out, and once more each time it was let in again.
        await Eventually.TrueAsync(async () =>
        {
            await PostAsync(router);
            return Volatile.Read(ref asked) >= 3;
        }, "the node is asked again", 60);

        // Said a moment after the node was asked.
        await Eventually.TrueAsync(() => Task.FromResult(router.Process.Output.Split("is taken out for a while").Length > 3), "the router says so each time");
    }

    [Fact]
    public async Task Retries_AreAFifthOfTheRequestsAtMost()
    {
        // Both close early, always: each GET would like to try the other one too.
        await using var router = await StartAsync(new JsonObject { ["EjectAfterFailures"] = 1_000_000 });
        var asked = 0;
        foreach (var listener in new[] { router.Own(new TcpListener(IPAddress.Loopback, 0)), router.Own(new TcpListener(IPAddress.Loopback, 0)) })
        {
            listener.Start();
            _ = BreakAsync(listener, () => Interlocked.Increment(ref asked));
            await AnnounceAsync(router, ((IPEndPoint)listener.LocalEndpoint).Port);
        }

        const int Requests = 200;
        for (var i = 0; i < Requests; i++)
        {
            Assert.Equal(502, await router.StatusAsync("www.example.com"));
        }

        // Ten to begin with, then every fifth.
        Assert.InRange(asked, Requests + 1, Requests + 10 + (Requests / 5));
    }

    [Fact]
    public async Task RequestThatNeverEnds_IsEndedAtItsBound()
    {
        await using var router = await StartAsync(new JsonObject { ["MaxRequestTime"] = "00:00:02" });
        using var drip = new TcpListener(IPAddress.Loopback, 0);
        drip.Start();
        await AnnounceAsync(router, ((IPEndPoint)drip.LocalEndpoint).Port);
        await using var client = await RawClient.ConnectAsync(router.Http);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"u8.ToArray());
        using var node = await drip.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await node.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"u8.ToArray());
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var answer = RawClient.ReadToEndAsync(client);
        while (!answer.IsCompleted && await pace.WaitForNextTickAsync())
        {
            try
            {
                await node.SendAsync("x"u8.ToArray());
            }
            catch (SocketException)
            {
                // It is over on this side.
                break;
            }
        }

        Assert.StartsWith("HTTP/1.1 200", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BusyNode_IsQueuedForAndFullQueuesAnswerAtOnce()
    {
        await using var router = await StartAsync(new JsonObject { ["MaxRequestsPerNode"] = 1, ["MaxQueued"] = 2, ["QueueTimeout"] = "00:00:30" });
        using var slow = new TcpListener(IPAddress.Loopback, 0);
        slow.Start();
        await AnnounceAsync(router, ((IPEndPoint)slow.LocalEndpoint).Port);
        var first = PostAsync(router);
        using var connection = await slow.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(30));

        // One is served, two wait, the rest are told at once.
        var others = Enumerable.Range(0, 6).Select(_ => PostAsync(router)).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(others.Count(static other => other.IsCompleted) == 4), "four are refused", 60);
        Assert.All(others.Where(static other => other.IsCompleted), static other => Assert.Equal(503, other.Result));
        var rest = ServeAsync(slow);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
        Assert.Equal(200, await first);
        Assert.Equal([200, 200], (await Task.WhenAll(others)).Where(static status => status == 200));
        slow.Stop();
        await rest;
    }

    [Fact]
    public async Task BusyNode_IsWaitedForUntilTheQueuesDeadlineOnly()
    {
        await using var router = await StartAsync(new JsonObject { ["MaxRequestsPerNode"] = 1, ["QueueTimeout"] = "00:00:01" });
        using var slow = new TcpListener(IPAddress.Loopback, 0);
        slow.Start();
        await AnnounceAsync(router, ((IPEndPoint)slow.LocalEndpoint).Port);
        var first = PostAsync(router);
        using var connection = await slow.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(503, await PostAsync(router));
        Assert.False(first.IsCompleted);
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
        Assert.Equal(200, await first);
    }

    private static Task<RouterEnvironment> StartAsync(JsonObject forwarding) => RouterEnvironment.StartAsync(settings =>
    {
        settings["Registry"] = new JsonObject { ["Tolerance"] = "01:00:00" };
        settings["Forwarding"] = forwarding;
    });

    private static Task AnnounceAsync(RouterEnvironment router, int port) =>
        router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "www.example.com", Address = $"127.0.0.1:{port}", Protocol = UpstreamProtocol.Http });

    /// <summary>A request that is never repeated on another node.</summary>
    private static async Task<int> PostAsync(RouterEnvironment router)
    {
        using var response = await router.GetAsync("www.example.com", "/", HttpMethod.Post, new ByteArrayContent("x"u8.ToArray()));
        return (int)response.StatusCode;
    }

    private static async Task<int> DrainAsync(RouterEnvironment router, int port, bool on)
    {
        using var client = new HttpClient();
        using var response = await client.PostAsync(new Uri($"http://{router.Admin}/nodes/drain?key=www.example.com&address=127.0.0.1:{port}&on={on}"), null);
        return (int)response.StatusCode;
    }

    private static async Task BreakAsync(TcpListener listener, Action asked)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[4096]);
                asked();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[4096]);
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
                socket.Shutdown(SocketShutdown.Send);
                while (await socket.ReceiveAsync(new byte[4096]) > 0)
                {
                    // Until the router closes.
                }
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
