using System.Net;
using System.Net.Sockets;
using System.Text;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>An upstream that answers with the bytes of each row; the client must get a whole answer, a 502, or a cut connection, never foreign bytes.</summary>
public sealed class HostileUpstreamTests : IAsyncLifetime
{
    private const string Cut = "cut";

    private RouterEnvironment _router = null!;
    private ScriptedUpstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _router = await RouterEnvironment.StartAsync(static settings => settings["Forwarding"] = new System.Text.Json.Nodes.JsonObject { ["ResponseTimeout"] = "00:00:01", ["BodyIdleTimeout"] = "00:00:01" });
        _upstream = _router.Own(new ScriptedUpstream());
        foreach (var protocol in Enum.GetValues<UpstreamProtocol>().Where(static protocol => protocol != UpstreamProtocol.H2c))
        {
            await _router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = HostOf(protocol), Address = $"127.0.0.1:{_upstream.Port}", Protocol = protocol });
        }
    }

    public async Task DisposeAsync() => await _router.DisposeAsync();

    [Theory]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\nevil", "200 hello")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Cut)]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "200 hello")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Cut)]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", Cut)]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", "502")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "502")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\n\r\nuntil close", "200 until close")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.0 200 OK\r\n\r\nold", "200 old")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nraw", "502")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "502")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\nX: a\n\n", "502")]
    [InlineData(UpstreamProtocol.Http, "SSH-2.0-OpenSSH_9.2\r\n\r\n", "502")]
    [InlineData(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nCont", "502")]
    [InlineData(UpstreamProtocol.Http, "", "502")]
    [InlineData(UpstreamProtocol.Uwsgi, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", "200 hello")]
    [InlineData(UpstreamProtocol.Uwsgi, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "502")]
    [InlineData(UpstreamProtocol.Uwsgi, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", Cut)]
    [InlineData(UpstreamProtocol.Uwsgi, "HTTP/1.1 200 OK\r\n\r\nuntil close", "200 until close")]
    [InlineData(UpstreamProtocol.Uwsgi, "", "502")]
    [InlineData(UpstreamProtocol.Scgi, "Status: 404 No\r\nContent-Type: text/plain\r\n\r\ngone", "404 gone")]
    [InlineData(UpstreamProtocol.Scgi, "Status: 4044 No\r\n\r\n", "502")]
    [InlineData(UpstreamProtocol.FastCgi, "\u0001\u0006\0\u0001\0\u0017\0\0Status: 201 C\r\n\r\nbody\r\n\u0001\u0003\0\u0001\0\u0008\0\0\0\0\0\0\0\0\0\0", "201 body\r\n")]
    [InlineData(UpstreamProtocol.FastCgi, "\u0001\u0006\0\u0002\0\u0004\0\0\r\n\r\n", "502")]
    [InlineData(UpstreamProtocol.FastCgi, "\u0001\u0003\0\u0001\0\u0008\0\0\0\0\0\0\0\0\0\0", "502")]
    [InlineData(UpstreamProtocol.FastCgi, "garbage garbage garbage", "502")]
    public async Task Answer_IsDeliveredRefusedOrCut(UpstreamProtocol protocol, string wire, string expected)
    {
        Assert.Equal(expected, await AskAsync(protocol, Encoding.Latin1.GetBytes(wire)));

        // The next request is served as if nothing had been.
        Assert.Equal("200 fine", await AskAsync(UpstreamProtocol.Uwsgi, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"u8.ToArray()));
    }

    [Fact]
    public async Task Head_WithoutEnd_IsRefusedAtItsBound() =>
        Assert.Equal("502", await AskAsync(UpstreamProtocol.Http, [.. "HTTP/1.1 200 OK\r\nX: "u8, .. Enumerable.Repeat((byte)'x', 200_000)]));

    [Fact]
    public async Task BadAnswer_IsOneLineOfTheLog()
    {
        Assert.Equal("502", await AskAsync(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"u8.ToArray()));
        Assert.Equal(2, _router.Process.Output.Split("its head is malformed").Length);
    }

    [Fact]
    public async Task Interim_WithoutEnd_IsRefusedAtItsBound() =>
        Assert.Equal("502", await AskAsync(UpstreamProtocol.Http, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 100)))));

    [Fact]
    public async Task Silence_IsAGatewayTimeout()
    {
        _upstream.KeepsOpen = true;
        Assert.Equal("504", await AskAsync(UpstreamProtocol.Http, []));
        Assert.Equal(Cut, await AskAsync(UpstreamProtocol.Http, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"u8.ToArray()));
        _upstream.KeepsOpen = false;
    }

    private static string HostOf(UpstreamProtocol protocol) => $"{protocol.ToString().ToLowerInvariant()}.example.com";

    private async Task<string> AskAsync(UpstreamProtocol protocol, byte[] answer)
    {
        _upstream.Answer = answer;
        try
        {
            using var response = await _router.GetAsync(HostOf(protocol), "/", HttpMethod.Post, new ByteArrayContent("x"u8.ToArray()));
            var body = await response.Content.ReadAsStringAsync();
            return response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout ? $"{(int)response.StatusCode}" : $"{(int)response.StatusCode} {body}";
        }
        catch (HttpRequestException)
        {
            return Cut;
        }
    }

    /// <summary>Takes a request of any protocol, waits for its body, says what it was told to, closes.</summary>
    private sealed class ScriptedUpstream : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public ScriptedUpstream()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public byte[] Answer { get; set; } = [];

        public bool KeepsOpen { get; set; }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    _ = AnswerAsync(await _listener.AcceptSocketAsync());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(Socket socket)
        {
            using var owned = socket;
            var buffer = new byte[16 * 1024];
            try
            {
                await socket.ReceiveAsync(buffer);
                await socket.SendAsync(Answer);
                if (!KeepsOpen)
                {
                    socket.Shutdown(SocketShutdown.Send);
                }

                while (await socket.ReceiveAsync(buffer) > 0)
                {
                    // Until the router closes: closing first could reset what is still on its way.
                }
            }
            catch (SocketException)
            {
                // The router has had enough.
            }
        }
    }
}
