using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UwsgiIt.Protocol.Subscriptions;
using Xunit.Abstractions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>slowhttptest in its four modes, and a client that was fast once: every attacker is cut, good clients at another address never notice.</summary>
public sealed partial class SlowClientTests(ITestOutputHelper output)
{
    private const string Tool = "/usr/bin/slowhttptest";
    private const double LeastThroughput = 0.95;

    // linux/tcp.h
    private const int IPPROTO_TCP = 6;
    private const int TCP_MAXSEG = 2;

    private const int Connections = 2_000;
    private const int Looks = 3;

    // The router is asked once a second.
    private const int MostSeconds = 15 + 1;

    private static readonly string[][] Modes =
    [
        ["-H", "-i", "5", "-x", "24"],
        ["-B", "-i", "5", "-s", "8192", "-x", "10"],
        ["-R", "-a", "5", "-b", "3000"],

        // Slower than any rate we allow, yet soon through with what its own kernel has: only then it learns that it was cut.
        ["-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "512", "-k", "1"],
    ];

    [SkippableFact]
    public async Task Attackers_AreCutAndGoodClientsServed()
    {
        Skip.IfNot(File.Exists(Tool), "slowhttptest is not installed");
        using var big = new BigUpstream();
        await using var router = await StartAsync(big);
        if (!RouterEnvironment.IsLong)
        {
            // All at once, and no clock: the machine may have other things to do.
            await AttackAsync(router, Modes, 100);
            return;
        }

        foreach (var mode in Modes)
        {
            // Others on the machine slow good clients down as well: what shows once is enough.
            var best = 0.0;
            for (var look = 0; look < Looks && best < LeastThroughput; look++)
            {
                var before = await GoodClients.RunAsync(router, Task.Delay(TimeSpan.FromSeconds(10)));
                var (during, seconds) = await AttackAsync(router, [mode], Connections);
                output.WriteLine($"{mode[0]}: {Connections} cut after {seconds:F0} s; {before:F0} good requests a second before, {during:F0} meanwhile.");
                Assert.InRange(seconds, 0.0, MostSeconds);
                best = Math.Max(best, during / before);
            }

            Assert.InRange(best, LeastThroughput, double.MaxValue);
        }
    }

    [Fact]
    public async Task ClientThatWasFast_IsCutWhenItStalls()
    {
        using var big = new BigUpstream();
        await using var router = await StartAsync(big, static settings => settings["Forwarding"] = new JsonObject { ["ClientStallTimeout"] = "00:00:03" });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await socket.ConnectAsync(router.Http, deadline.Token);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray(), deadline.Token);
        var buffer = new byte[64 * 1024];
        for (var taken = 0; taken < 2 * 1024 * 1024;)
        {
            taken += await socket.ReceiveAsync(buffer, deadline.Token);
        }

        // By rate alone it had credit for minutes. What the kernel has may still be read, the end is a reset.
        await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains("uwsgiit_router_connections{otel_scope_name=\"UwsgiIt.Router\"} 0", StringComparison.Ordinal), "the connection is gone", seconds: 30);
    }

    [Fact]
    public async Task ClientThatIsSlowButSteady_IsNeverCut()
    {
        // In the long run hardly above the slowest rate that is allowed, else with room for a machine that stops now and then. The first 128 KiB go to the kernel at once.
        var (bytesPerSecond, seconds) = RouterEnvironment.IsLong ? (6_000, 120) : (8_000, 30);
        using var big = new BigUpstream();
        await using var router = await StartAsync(big);
        using var socket = await AskAsync(router, "127.0.0.1");
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(0.2));
        var (clock, taken, buffer) = (Stopwatch.StartNew(), 0, new byte[64 * 1024]);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            // A tick that came late is made up for.
            await pace.WaitForNextTickAsync();
            var due = Math.Min((int)(clock.Elapsed.TotalSeconds * bytesPerSecond) - taken, buffer.Length);
            var count = await socket.ReceiveAsync(buffer.AsMemory(0, due)).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.NotEqual(0, count);
            taken += count;
        }

        // Not what the kernel kept for it: the router still has the request.
        Assert.Contains("uwsgiit_router_requests_active{otel_scope_name=\"UwsgiIt.Router\"} 1", await router.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientThatPauses_IsKeptWhereItsNameAllowsIt()
    {
        using var big = new BigUpstream();
        await using var router = await StartAsync(big, static settings =>
        {
            settings["Forwarding"] = new JsonObject { ["ClientStallTimeout"] = "00:00:02" };
            settings["Limits"]!["MinResponseRate"] = 1_000_000;
            settings["Policy"] = new JsonObject { ["Names"] = new JsonObject { ["player.example.com"] = new JsonObject { ["ClientStallTimeout"] = "01:00:00" } } };
        });
        await AnnounceAsync(router, big, "player.example.com");
        using var player = await AskAsync(router, "player.example.com");
        using var other = await AskAsync(router, "127.0.0.1");
        await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains("uwsgiit_router_requests_active{otel_scope_name=\"UwsgiIt.Router\"} 1", StringComparison.Ordinal), "the other is cut", seconds: 60);
        var (taken, buffer) = (0, new byte[64 * 1024]);
        while (taken < BigUpstream.Bytes)
        {
            var count = await player.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            taken += count;
        }
    }

    private static async Task<Socket> AskAsync(RouterEnvironment router, string name)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };

        // As over Ethernet: loopback's segments of 64 KiB would have it take all of its buffer in one step.
        socket.SetRawSocketOption(IPPROTO_TCP, TCP_MAXSEG, BitConverter.GetBytes(1460));
        await socket.ConnectAsync(router.Http);
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n"));
        return socket;
    }

    private static Task AnnounceAsync(RouterEnvironment router, BigUpstream upstream, string name) =>
        router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = name, Address = $"127.0.0.1:{upstream.Port}", Protocol = UpstreamProtocol.Http });

    private static async Task<RouterEnvironment> StartAsync(BigUpstream upstream, Action<JsonObject>? configure = null)
    {
        var router = await RouterEnvironment.StartAsync(settings =>
        {
            settings["Registry"] = new JsonObject { ["Tolerance"] = "01:00:00" };
            settings["Limits"] = new JsonObject { ["MaxConnectionsPerAddress"] = 20_000 };

            // What is idle after its answer is not what this is about.
            settings["Listener"]!["KeepAliveTimeout"] = "00:00:05";
            configure?.Invoke(settings);
        });
        await AnnounceAsync(router, upstream, "127.0.0.1");
        return router;
    }

    /// <summary>Good requests a second while attacks last, and how many seconds after the last of their connections had come the router had none left.</summary>
    private static async Task<(double Good, double Seconds)> AttackAsync(RouterEnvironment router, string[][] modes, int connections)
    {
        var attacks = modes.Select(options => router.Own(new ChildProcess(Tool, ["-c", $"{connections}", "-r", $"{connections}", "-l", "150", "-p", "3", "-u", $"http://{router.Http}/", .. options]))).ToArray();
        var end = Task.WhenAll(attacks.Select(static attack => attack.WaitAsync(170)));
        var seen = SeenAsync(router, end);
        var good = await GoodClients.RunAsync(router, end);
        Assert.NotEqual(0, good);

        // Their last words: all were closed, they did not run out of time.
        foreach (var attack in attacks)
        {
            Assert.Contains("No open connections left", attack.Output, StringComparison.Ordinal);
        }

        return (good, await seen);
    }

    /// <summary>For how long after their most the router had more connections than the good ones. The tool itself learns later that it was cut: it reads as slowly as it is told to.</summary>
    private static async Task<double> SeenAsync(RouterEnvironment router, Task end)
    {
        var clock = Stopwatch.StartNew();
        var (most, mostSeen, last) = (0, 0.0, 0.0);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!end.IsCompleted && await pace.WaitForNextTickAsync())
        {
            var count = int.Parse(ConnectionCount().Match(await router.MetricsAsync()).Groups[1].Value, CultureInfo.InvariantCulture);
            if (count > GoodClients.Count)
            {
                last = clock.Elapsed.TotalSeconds;
                (most, mostSeen) = count > most ? (count, last) : (most, mostSeen);
            }
        }

        return last - mostSeen;
    }

    [GeneratedRegex(@"uwsgiit_router_connections\{[^}]*\} (\d+)")]
    private static partial Regex ConnectionCount();

    /// <summary>Waits for bodies that never come whole, answers ranges and /small with next to nothing, all else with more than any buffer holds.</summary>
    private sealed class BigUpstream : IDisposable
    {
        public const int Bytes = 32 * 1024 * 1024;

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public BigUpstream()
        {
            _listener.Start(512);
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptSocketAsync());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static async Task ServeAsync(Socket socket)
        {
            using var owned = socket;

            // Else its own kernel would take megabytes for each attacker, and copying them is all that this machine does.
            socket.SendBufferSize = 64 * 1024;
            var buffer = new byte[64 * 1024];
            var isPost = false;
            try
            {
                while (await socket.ReceiveAsync(buffer) is var count and > 0)
                {
                    var request = buffer.AsSpan(0, count);
                    if (isPost |= request.StartsWith("POST "u8))
                    {
                        continue;
                    }

                    if (request.IndexOf("/small"u8) >= 0 || request.IndexOf("\r\nRange:"u8) >= 0)
                    {
                        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
                        continue;
                    }

                    await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Bytes}\r\n\r\n"));
                    for (var sent = 0; sent < Bytes; sent += 64 * 1024)
                    {
                        await socket.SendAsync(buffer.AsMemory(0, 64 * 1024));
                    }
                }
            }
            catch (SocketException)
            {
                // The router cut it.
            }
        }
    }
}
