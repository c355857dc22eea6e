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
