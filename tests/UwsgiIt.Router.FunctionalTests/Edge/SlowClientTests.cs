using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>slowhttptest in its four modes: every attacker is cut long before it gives up, while a client at another address is served.</summary>
public sealed class SlowClientTests
{
    private const string Tool = "/usr/bin/slowhttptest";

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
        var connections = RouterEnvironment.IsLong ? 2_000 : 100;
        await using var router = await RouterEnvironment.StartAsync(static settings =>
        {
            settings["Registry"] = new JsonObject { ["Tolerance"] = "01:00:00" };
            settings["Limits"] = new JsonObject { ["MaxConnectionsPerAddress"] = 20_000 };

            // What is idle after its answer is not what this is about.
            settings["Listener"]!["KeepAliveTimeout"] = "00:00:05";
        });
        using var big = new BigUpstream();
        await router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "127.0.0.1", Address = $"127.0.0.1:{big.Port}", Protocol = UpstreamProtocol.Http });
        var attacks = Modes.Select(options => router.Own(new ChildProcess(Tool, ["-c", $"{connections}", "-r", "500", "-l", "150", "-p", "3", "-u", $"http://{router.Http}/", .. options]))).ToArray();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var served = 0;
        while (!attacks.All(static attack => attack.Process.HasExited) && await pace.WaitForNextTickAsync())
        {
            await GoodAsync(router);
            served++;
        }

        // Their last words: all were closed, they did not run out of time.
        foreach (var attack in attacks)
        {
            await attack.WaitAsync();
            Assert.Contains("No open connections left", attack.Output, StringComparison.Ordinal);
        }

        Assert.NotEqual(0, served);
    }

    private static async Task GoodAsync(RouterEnvironment router)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(router.Http, deadline.Token);
        await socket.SendAsync("GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"u8.ToArray(), deadline.Token);
        var buffer = new byte[4096];
        var length = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token) is var count and > 0)
        {
            length += count;
        }

        Assert.StartsWith("HTTP/1.1 200", System.Text.Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
    }

    /// <summary>Answers everything but /small with more than any buffer holds.</summary>
    private sealed class BigUpstream : IDisposable
    {
        private const int Bytes = 32 * 1024 * 1024;

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
            var buffer = new byte[64 * 1024];
            try
            {
                while (await socket.ReceiveAsync(buffer) is var count and > 0)
                {
                    if (buffer.AsSpan(0, count).IndexOf("/small"u8) >= 0)
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
