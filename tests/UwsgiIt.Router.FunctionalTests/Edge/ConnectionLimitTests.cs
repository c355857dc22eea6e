using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Caps on connections, handshakes and upgrades, from several loopback addresses.</summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task Connections_AreCappedPerAddressWithAReserveForNewcomers()
    {
        await using var router = await StartAsync(new JsonObject { ["MaxConnections"] = 40, ["ReservedConnections"] = 10, ["MaxConnectionsPerAddress"] = 20 });
        var open = new List<Socket>();
        try
        {
            Assert.Equal(20, await OpenAsync(router, "127.0.0.2", 25, open));

            // Thirty in all leave the reserve: this one has more than its newcomer's share already.
            Assert.Equal(10, await OpenAsync(router, "127.0.0.3", 15, open));
            Assert.Equal(8, await OpenAsync(router, "127.0.0.4", 12, open));
            Assert.Equal(2, await OpenAsync(router, "127.0.0.5", 4, open));
            var metrics = await router.MetricsAsync();
            Assert.Contains("uwsgiit_router_connections_refused_total{otel_scope_name=\"UwsgiIt.Router\",cause=\"Address\"} 5", metrics, StringComparison.Ordinal);
            Assert.Contains("uwsgiit_router_connections_refused_total{otel_scope_name=\"UwsgiIt.Router\",cause=\"Total\"} 11", metrics, StringComparison.Ordinal);
        }
        finally
        {
            open.ForEach(static socket => socket.Dispose());
        }

        // Whoever leaves makes room.
        await Eventually.TrueAsync(async () => await router.StatusAsync("nobody.example.com") == 404, "there is room again");
    }

    [Fact]
    public async Task UwsgiConnections_AreCappedInAll_NotPerAddress()
    {
        await using var router = await RouterEnvironment.StartAsync(static settings =>
        {
            settings["Listener"]!["Endpoints"]!.AsArray().Add(new JsonObject { ["Address"] = $"127.0.0.1:{RouterEnvironment.FreePort()}", ["Kind"] = "Uwsgi" });
            settings["Limits"] = new JsonObject { ["MaxConnections"] = 12, ["ReservedConnections"] = 1, ["MaxConnectionsPerAddress"] = 2 };
        });
        var open = new List<Socket>();
        try
        {
            for (var i = 0; i < 12; i++)
            {
                open.Add(await ConnectAsync(router.Behind(0), "127.0.0.2"));
            }

            // Who comes while others are still being let in may overtake them.
            await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains("uwsgiit_router_connections{otel_scope_name=\"UwsgiIt.Router\"} 12", StringComparison.Ordinal), "all are counted");
            using var late = await ConnectAsync(router.Behind(0), "127.0.0.2");
            Assert.Equal(0, await ReceiveAsync(late));
            await Eventually.TrueAsync(async () => (await router.MetricsAsync()).Contains("uwsgiit_router_connections_refused_total{otel_scope_name=\"UwsgiIt.Router\",cause=\"Total\"} 1", StringComparison.Ordinal), "the refusal is counted");
        }
        finally
        {
            open.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Handshakes_AreCappedPerAddress()
    {
        await using var router = await StartAsync(new JsonObject { ["MaxHandshakesPerAddress"] = 5 });
        var open = new List<Socket>();
        try
        {
            for (var i = 0; i < 5; i++)
            {
                open.Add(await ConnectAsync(router.Https, "127.0.0.2"));
            }

            using (var sixth = await ConnectAsync(router.Https, "127.0.0.2"))
            {
                Assert.Equal(0, await ReceiveAsync(sixth));
            }

            // Others are not held up, and a handshake that is over does not count.
            for (var i = 0; i < 10; i++)
            {
                var socket = await ConnectAsync(router.Https, "127.0.0.3");
                open.Add(socket);
                var tls = new SslStream(new NetworkStream(socket), false, static (_, _, _, _) => true);
                await tls.AuthenticateAsClientAsync("www.example.com").WaitAsync(TimeSpan.FromSeconds(30));
            }
        }
        finally
        {
            open.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Handshakes_AreCappedPerNameAndLeaveAReserveForNewcomers()
    {
        var certificate = TestCertificates.Server("www.example.com");
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("www.example.com.crt"), certificate.CertificatePem);
        await File.WriteAllTextAsync(folder.File("www.example.com.key"), certificate.KeyPem);
        await using var router = await RouterEnvironment.StartAsync(settings =>
        {
            settings["Certificate"]!["Directory"] = folder.Path;
            settings["Limits"] = new JsonObject { ["MaxHandshakes"] = 20, ["MaxHandshakesPerName"] = 6, ["MaxHandshakesPerAddress"] = 19 };
        });
        var (named, open) = (new List<Socket>(), new List<Socket>());
        var hello = await TlsHello.MakeAsync();
        try
        {
            // Each from an address of its own: the name is what they share.
            for (var i = 0; i < 6; i++)
            {
                named.Add(await BeginAsync(router, $"127.0.1.{i + 1}", hello.For("www.example.com"), isServed: true));
            }

            open.Add(await BeginAsync(router, "127.0.1.9", hello.For("www.example.com"), isServed: false));

            // Names that nobody has are one.
            for (var i = 0; i < 6; i++)
            {
                open.Add(await BeginAsync(router, $"127.0.2.{i + 1}", hello.For($"made-up-{i}.example.com"), isServed: true));
            }

            open.Add(await BeginAsync(router, "127.0.2.9", hello.For("made-up-7.example.com"), isServed: false));

            // Twelve are under way; silent ones take places too, but not the last two.
            for (var i = 0; i < 6; i++)
            {
                open.Add(await ConnectAsync(router.Https, "127.0.0.3"));
            }

            using (var late = await ConnectAsync(router.Https, "127.0.0.3"))
            {
                Assert.Equal(0, await ReceiveAsync(late));
            }

            named.ForEach(static socket => socket.Dispose());
            await Eventually.TrueAsync(async () =>
            {
                using var again = await BeginAsync(router, "127.0.1.9", hello.For("www.example.com"), isServed: null);
                return again.Connected;
            }, "the name has places again");
            var metrics = await router.MetricsAsync();
            Assert.Contains("cause=\"HandshakesOfName\"", metrics, StringComparison.Ordinal);
            Assert.Contains("cause=\"Handshakes\"", metrics, StringComparison.Ordinal);
        }
        finally
        {
            named.ForEach(static socket => socket.Dispose());
            open.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Upgrades_AreCappedPerName()
    {
        await using var router = await StartAsync(new JsonObject { ["MaxUpgradesPerName"] = 2 });
        UwsgiVassal.Start(router, "www.example.com", options: ["--processes", "6"]);
        await Eventually.TrueAsync(async () => await router.StatusAsync("www.example.com") == 200, "the vassal is served");
        using var first = await WebSocketAsync(router);
        using (await WebSocketAsync(router))
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => WebSocketAsync(router));
            Assert.Contains("503", refused.Message, StringComparison.Ordinal);
            Assert.Equal(200, await router.StatusAsync("www.example.com"));
        }

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                using var again = await WebSocketAsync(router);
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        }, "a place is free again");
    }

    private static Task<RouterEnvironment> StartAsync(JsonObject limits) => RouterEnvironment.StartAsync(settings => settings["Limits"] = limits);

    /// <summary>Opens connections that ask once each; tells how many were served.</summary>
    private static async Task<int> OpenAsync(RouterEnvironment router, string from, int count, List<Socket> open)
    {
        var served = 0;
        for (var i = 0; i < count; i++)
        {
            var socket = await ConnectAsync(router.Http, from);
            open.Add(socket);
            try
            {
                await socket.SendAsync("GET / HTTP/1.1\r\nHost: nobody.example.com\r\n\r\n"u8.ToArray());
            }
            catch (SocketException)
            {
                // Closed already.
            }

            served += await ReceiveAsync(socket) > 0 ? 1 : 0;
        }

        return served;
    }

    /// <summary>Sends a hello and waits for the answer; a handshake that is refused gets an alert at most, the socket is closed then.</summary>
    private static async Task<Socket> BeginAsync(RouterEnvironment router, string from, byte[] hello, bool? isServed)
    {
        const byte HandshakeRecord = 22;
        var socket = await ConnectAsync(router.Https, from);
        await socket.SendAsync(hello);
        var answer = new byte[4096];
        var gotHello = await ReceiveAsync(socket, answer) > 0 && answer[0] == HandshakeRecord;
        Assert.Equal(isServed ?? gotHello, gotHello);
        if (!gotHello)
        {
            socket.Dispose();
        }

        return socket;
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint router, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(router);
        return socket;
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[]? buffer = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await socket.ReceiveAsync(buffer ?? new byte[4096], deadline.Token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task<ClientWebSocket> WebSocketAsync(RouterEnvironment router)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "www.example.com");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(new Uri($"ws://{router.Http}/ws"), deadline.Token);
        return socket;
    }
}
