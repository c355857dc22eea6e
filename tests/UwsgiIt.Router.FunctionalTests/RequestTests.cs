using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Requests of every shape to the real uWSGI.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private RouterEnvironment _router = null!;

    public async Task InitializeAsync()
    {
        _router = await RouterEnvironment.StartAsync();
        UwsgiVassal.Start(_router, "www.example.com");
        await Eventually.TrueAsync(async () => await _router.StatusAsync("www.example.com") == 200, "the vassal is served");
    }

    public async Task DisposeAsync() => await _router.DisposeAsync();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_EchoesOverBothVersions(string version)
    {
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await connection.ConnectAsync(_router.Https, cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(handler);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(new Uri("wss://www.example.com/ws"), invoker, deadline.Token);
        var buffer = new byte[200_000];
        foreach (var size in new[] { 5, 1000, 20_000 })
        {
            var message = new string('m', size);
            await socket.SendAsync(Encoding.ASCII.GetBytes(message), WebSocketMessageType.Text, true, deadline.Token);
            var received = 0;
            while (received < size)
            {
                received += (await socket.ReceiveAsync(buffer.AsMemory(received), deadline.Token)).Count;
            }

            Assert.Equal(message, Encoding.ASCII.GetString(buffer, 0, received));
        }
    }

    [Fact]
    public async Task WebSocket_BytesRightAfterTheRequest_AreNotLost()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_router.Http);
        byte[] frame = [0x81, 0x85, 0, 0, 0, 0, .. "early"u8];
        await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes("GET /ws HTTP/1.1\r\nHost: www.example.com\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"), .. frame]);
        var answer = new byte[4096];
        var length = 0;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!Encoding.Latin1.GetString(answer, 0, length).EndsWith("\u0081\u0005early", StringComparison.Ordinal))
        {
            var count = await client.GetStream().ReadAsync(answer.AsMemory(length), deadline.Token);
            Assert.NotEqual(0, count);
            length += count;
        }

        Assert.Contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Encoding.Latin1.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(300_000)]
    public async Task ChunkedUpload_ReachesTheApplicationWhole(int size)
    {
        var body = RandomNumberGenerator.GetBytes(size);
        using var content = new StreamContent(new MemoryStream(body));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/digest") { Content = content };
        request.Headers.Host = "www.example.com";
        request.Headers.TransferEncodingChunked = true;
        using var response = await _router.Client.SendAsync(request);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task HeadAndBodylessStatuses_KeepTheConnection()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_router.Http);
        var reader = new StreamReader(client.GetStream());
        foreach (var (method, path, status, length) in new[] { ("HEAD", "/head", "200", "11"), ("GET", "/204", "204", ""), ("GET", "/304", "304", ""), ("GET", "/head", "200", "11") })
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: www.example.com\r\n\r\n"));
            var head = new List<string>();
            while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) is { Length: > 0 } line)
            {
                head.Add(line);
            }

            Assert.StartsWith($"HTTP/1.1 {status}", head[0], StringComparison.Ordinal);
            Assert.Equal(length, head.FirstOrDefault(static line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))?["Content-Length: ".Length..] ?? "");
            Assert.DoesNotContain(head, static line => line.StartsWith("Transfer-Encoding", StringComparison.Ordinal));
        }

        var body = new char[11];
        Assert.Equal(11, await reader.ReadBlockAsync(body).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("hello world", new string(body));
    }

    [Fact]
    public async Task Variables_AreWhatTheOriginalSendsAndNothingAClientCouldForge()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/env?a=b%20c");
        request.Headers.Host = "www.example.com";
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "6.6.6.6");
        request.Headers.TryAddWithoutValidation("Proxy", "evil");
        request.Headers.TryAddWithoutValidation("X-Request-Id", "forged");
        request.Headers.TryAddWithoutValidation("X_Under", "score");
        request.Headers.TryAddWithoutValidation("X-Good", "one");
        request.Headers.TryAddWithoutValidation("X-Hop", "secret");
        request.Headers.TryAddWithoutValidation("Connection", "X-Hop");
        request.Headers.TryAddWithoutValidation("Cookie", "a=1");
        using var response = await _router.Client.SendAsync(request);
        var variables = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        Assert.Equal("/env?a=b%20c", variables["REQUEST_URI"]);
        Assert.Equal("/env", variables["PATH_INFO"]);
        Assert.Equal("a=b%20c", variables["QUERY_STRING"]);
        Assert.Equal("http", variables["UWSGI_ROUTER"]);
        Assert.Equal("127.0.0.1", variables["REMOTE_ADDR"]);
        Assert.Equal("www.example.com", variables["SERVER_NAME"]);
        Assert.Equal("www.example.com", variables["HTTP_HOST"]);
        Assert.Equal("one", variables["HTTP_X_GOOD"]);
        Assert.Equal("a=1", variables["HTTP_COOKIE"]);
        Assert.Equal($"{_router.Http.Port}", variables["SERVER_PORT"]);
        Assert.NotEqual("forged", variables["HTTP_X_REQUEST_ID"]);
        foreach (var absent in new[] { "HTTP_X_FORWARDED_FOR", "HTTP_PROXY", "HTTP_X_UNDER", "HTTP_X_HOP", "HTTP_CONNECTION", "HTTPS" })
        {
            Assert.False(variables.ContainsKey(absent), absent);
        }
    }

    [Fact]
    public async Task Head_LongerThanAUwsgiPacket_Gets431()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "www.example.com";
        request.Headers.TryAddWithoutValidation("X-Long", new string('x', 40_000));
        using var response = await _router.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("/%zz")]
    [InlineData("/a%00b")]
    public async Task BadTarget_Gets400(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_router.Http);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BigTransfers_EachWay_LeaveTheRoutersMemoryFlat()
    {
        // 1 GiB each way in the long run, 128 MiB in the gate.
        var pieces = RouterEnvironment.IsLong ? 16_384 : 2_048;
        await DownloadAsync(pieces / 16);
        await UploadAsync(pieces / 16);
        var before = _router.ResidentBytes();
        await DownloadAsync(pieces);
        await UploadAsync(pieces);
        Assert.InRange(_router.ResidentBytes() - before, long.MinValue, 64 * 1024 * 1024);
    }

    private async Task DownloadAsync(int pieces)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/big?{pieces}");
        request.Headers.Host = "www.example.com";
        using var response = await _router.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[256 * 1024];
        var total = 0L;
        while (await stream.ReadAsync(buffer) is var count and > 0)
        {
            total += count;
        }

        Assert.Equal(pieces * 65536L, total);
    }

    private async Task UploadAsync(int pieces)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var content = new RepeatedContent(pieces, digest);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/digest") { Content = content };
        request.Headers.Host = "www.example.com";
        using var response = await _router.Client.SendAsync(request);
        Assert.Equal(Convert.ToHexStringLower(digest.GetHashAndReset()), await response.Content.ReadAsStringAsync());
    }

    private sealed class RepeatedContent(int pieces, IncrementalHash digest) : HttpContent
    {
        private readonly byte[] _piece = RandomNumberGenerator.GetBytes(65536);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < pieces; i++)
            {
                digest.AppendData(_piece);
                await stream.WriteAsync(_piece);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = pieces * 65536L;
            return true;
        }
    }
}
