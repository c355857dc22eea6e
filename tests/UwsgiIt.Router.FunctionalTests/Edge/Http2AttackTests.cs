using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>
/// HTTP/2 said wrongly on purpose. "refused" is a 4xx, a reset stream or a closed connection, and the upstream saw nothing; with '?' it may
/// have seen the head of the one request.
/// </summary>
[Collection(EdgeCollection.Name)]
public sealed class Http2AttackTests(EdgeFixture edge)
{
    private const string Refused = "refused";

    private static readonly Dictionary<string, (string Expected, Func<RawHttp2, Task> Send)> Attacks = new()
    {
        ["plain"] = ("200", static h => GetAsync(h)),
        ["header-upper-case"] = (Refused, static h => GetAsync(h, ("X-Upper", "a"))),
        ["header-connection"] = (Refused, static h => GetAsync(h, ("connection", "close"))),
        ["header-connection-nominates"] = (Refused, static h => GetAsync(h, ("connection", "x-a"), ("x-a", "1"))),
        ["header-transfer-encoding"] = (Refused, static h => GetAsync(h, ("transfer-encoding", "chunked"))),
        ["header-transfer-encoding-post"] = (Refused, static h => PostAsync(h, "0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n", ("transfer-encoding", "chunked"))),
        ["header-keep-alive"] = (Refused, static h => GetAsync(h, ("keep-alive", "5"))),
        ["header-proxy-connection"] = (Refused, static h => GetAsync(h, ("proxy-connection", "close"))),
        ["header-upgrade"] = (Refused, static h => GetAsync(h, ("upgrade", "websocket"))),
        ["header-te-gzip"] = (Refused, static h => GetAsync(h, ("te", "gzip"))),
        ["header-te-trailers"] = ("200", static h => GetAsync(h, ("te", "trailers"))),
        ["header-underscore"] = ("200", static h => GetAsync(h, ("x_forwarded_for", "1.1.1.1"))),
        ["header-proxy"] = ("200", static h => GetAsync(h, ("proxy", "http://evil"))),
        ["header-cookies-apart"] = ("200", static h => GetAsync(h, ("cookie", "a=1"), ("cookie", "b=2"))),
        ["header-name-empty"] = (Refused, static h => GetAsync(h, ("", "a"))),
        ["header-name-colon"] = (Refused, static h => GetAsync(h, ("x:y", "a"))),
        ["header-name-space"] = (Refused, static h => GetAsync(h, ("x y", "a"))),
        ["header-name-crlf"] = (Refused, static h => GetAsync(h, ("x: y\r\nz", "a"))),
        ["header-name-nul"] = (Refused, static h => GetAsync(h, ("x\0", "a"))),
        ["header-name-high"] = (Refused, static h => GetAsync(h, ("x\u00e9", "a"))),
        ["header-name-bracket"] = (Refused, static h => GetAsync(h, ("x(y)", "a"))),
        ["header-value-crlf"] = (Refused, static h => GetAsync(h, ("x", "a\r\ny: b"))),
        ["header-value-crlf-request"] = (Refused, static h => GetAsync(h, ("x", "a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"))),
        ["header-value-lf"] = (Refused, static h => GetAsync(h, ("x", "a\nb"))),
        ["header-value-cr"] = (Refused, static h => GetAsync(h, ("x", "a\rb"))),
        ["header-value-nul"] = (Refused, static h => GetAsync(h, ("x", "a\0b"))),
        ["cookie-value-nul"] = (Refused, static h => GetAsync(h, ("cookie", "a\0b"))),
        ["cookie-value-lf"] = (Refused, static h => GetAsync(h, ("cookie", "a\nb"))),
        ["header-value-high"] = ("200", static h => GetAsync(h, ("x", "a\u00e9b"))),
        ["headers-too-many"] = (Refused, static h => GetAsync(h, [.. Enumerable.Range(0, 200).Select(static i => ($"x-{i}", "a"))])),
        ["headers-too-long"] = (Refused, static async h =>
        {
            var block = h.Get(("x", new string('a', 40_000)));
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndStream, 1, block[..16_000]);
            await h.FrameAsync(RawHttp2.Continuation, 0, 1, block[16_000..32_000]);
            await h.FrameAsync(RawHttp2.Continuation, RawHttp2.EndHeaders, 1, block[32_000..]);
        }),
        ["host-agrees"] = ("200", static h => GetAsync(h, ("host", h.Host))),
        ["host-disagrees"] = ("200", static h => GetAsync(h, ("host", "evil.example.com"))),
        ["host-twice"] = ("200", static h => GetAsync(h, ("host", h.Host), ("host", "evil.example.com"))),
        ["authority-missing"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":path", "/"))),
        ["authority-empty"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", ""), (":path", "/"))),
        ["authority-user"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", "a@" + h.Host), (":path", "/"))),
        ["authority-crlf"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", h.Host + "\r\nx: y"), (":path", "/"))),
        ["authority-twice"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", h.Host), (":authority", "evil.example.com"), (":path", "/"))),
        ["path-missing"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", h.Host))),
        ["path-empty"] = (Refused, static h => PathAsync(h, "")),
        ["path-twice"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", h.Host), (":path", "/"), (":path", "/b"))),
        ["path-no-slash"] = (Refused, static h => PathAsync(h, "foo")),
        ["path-star"] = (Refused, static h => PathAsync(h, "*")),
        ["path-absolute"] = (Refused, static h => PathAsync(h, "http://evil.example.com/")),
        ["path-space"] = (Refused, static h => PathAsync(h, "/a b")),
        ["path-request"] = (Refused, static h => PathAsync(h, "/ HTTP/1.1\r\nX: y\r\n\r\nGET /smuggled")),
        ["path-lf"] = (Refused, static h => PathAsync(h, "/a\nb")),
        ["path-nul"] = (Refused, static h => PathAsync(h, "/a\0b")),
        ["path-high"] = (Refused, static h => PathAsync(h, "/a\u00e9b")),
        ["path-control"] = (Refused, static h => PathAsync(h, "/a\u0001b")),
        ["path-escaped-nul"] = (Refused, static h => PathAsync(h, "/a%00b")),
        ["path-escaped-backslash"] = (Refused, static h => PathAsync(h, "/a%5cb")),
        ["method-missing"] = (Refused, static h => BlockAsync(h, (":scheme", "http"), (":authority", h.Host), (":path", "/"))),
        ["method-empty"] = (Refused, static h => MethodAsync(h, "")),
        ["method-space"] = (Refused, static h => MethodAsync(h, "GET /x HTTP/1.1\r\nX: y\r\n\r\nGET")),
        ["method-trace"] = (Refused, static h => MethodAsync(h, "TRACE")),
        ["method-connect"] = (Refused, static h => BlockAsync(h, (":method", "CONNECT"), (":authority", h.Host))),
        ["method-connect-path"] = (Refused, static h => MethodAsync(h, "CONNECT")),
        ["connect-unknown-protocol"] = (Refused, static h => BlockAsync(h, (":method", "CONNECT"), (":protocol", "x\r\ny"), (":scheme", "http"), (":authority", h.Host), (":path", "/"))),
        ["scheme-missing"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":authority", h.Host), (":path", "/"))),
        ["scheme-odd"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http://evil/"), (":authority", h.Host), (":path", "/"))),
        ["pseudo-unknown"] = (Refused, static h => GetAsync(h, (":evil", "a"))),
        ["pseudo-of-response"] = (Refused, static h => GetAsync(h, (":status", "200"))),
        ["pseudo-late"] = (Refused, static h => BlockAsync(h, (":method", "GET"), (":scheme", "http"), (":authority", h.Host), ("x", "a"), (":path", "/"))),
        ["length-short"] = (Refused + "?", static h => PostAsync(h, "hello", ("content-length", "50"))),
        ["length-long"] = (Refused + "?", static h => PostAsync(h, "hello, GET /smuggled HTTP/1.1\r\n\r\n", ("content-length", "5"))),
        ["length-zero"] = (Refused + "?", static h => PostAsync(h, "GET /smuggled HTTP/1.1\r\n\r\n", ("content-length", "0"))),
        ["length-twice"] = (Refused, static h => PostAsync(h, "hello", ("content-length", "5"), ("content-length", "6"))),
        ["length-plus"] = (Refused, static h => PostAsync(h, "hello", ("content-length", "+5"))),
        ["length-right"] = ("200", static h => PostAsync(h, "hello", ("content-length", "5"))),
        ["length-none"] = ("200", static h => PostAsync(h, "hello")),
        ["data-on-0"] = (Refused, static h => h.FrameAsync(RawHttp2.Data, 0, 0, [1])),
        ["data-on-idle"] = (Refused, static h => h.FrameAsync(RawHttp2.Data, 0, 1, [1])),
        ["data-after-end"] = (Refused + "?", static async h =>
        {
            await GetAsync(h);
            await h.FrameAsync(RawHttp2.Data, 0, 1, [1]);
        }),
        ["data-padded-too-long"] = (Refused + "?", static async h =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, h.Post());
            await h.FrameAsync(RawHttp2.Data, RawHttp2.Padded, 1, [9, 1]);
        }),
        ["headers-on-0"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 0, h.Get())),
        ["headers-even"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 2, h.Get())),
        ["headers-going-back"] = (Refused + "?", static async h =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 3, h.Get());
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, h.Get());
        }),
        ["headers-own-dependency"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream | RawHttp2.WithPriority, 1, [0, 0, 0, 1, 0, .. h.Get()])),
        ["headers-padded-too-long"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream | RawHttp2.Padded, 1, [255, .. h.Get()])),
        ["headers-interrupted"] = (Refused, static async h =>
        {
            await h.FrameAsync(RawHttp2.Headers, 0, 1, h.Get());
            await h.FrameAsync(RawHttp2.Ping, 0, 0, new byte[8]);
        }),
        ["headers-trailers-pseudo"] = (Refused + "?", static async h =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, h.Post());
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, RawHttp2.Block((":path", "/smuggled")));
        }),
        ["headers-trailers-open"] = (Refused + "?", static async h =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, h.Post());
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, RawHttp2.Block(("x", "y")));
        }),
        ["continuation-alone"] = (Refused, static h => h.FrameAsync(RawHttp2.Continuation, RawHttp2.EndHeaders, 1, h.Get())),
        ["continuation-other-stream"] = (Refused, static async h =>
        {
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndStream, 1, h.Get());
            await h.FrameAsync(RawHttp2.Continuation, RawHttp2.EndHeaders, 3, []);
        }),
        ["continuation-right"] = ("200", static async h =>
        {
            var block = h.Get();
            await h.FrameAsync(RawHttp2.Headers, RawHttp2.EndStream, 1, block[..10]);
            await h.FrameAsync(RawHttp2.Continuation, RawHttp2.EndHeaders, 1, block[10..]);
        }),
        ["priority-own"] = (Refused, static h => h.FrameAsync(RawHttp2.Priority, 0, 1, [0, 0, 0, 1, 0])),
        ["priority-length"] = (Refused, static h => h.FrameAsync(RawHttp2.Priority, 0, 1, [0, 0])),
        ["reset-idle"] = (Refused, static h => h.FrameAsync(RawHttp2.Reset, 0, 1, new byte[4])),
        ["reset-length"] = (Refused, static h => h.FrameAsync(RawHttp2.Reset, 0, 1, [0])),
        ["reset-on-0"] = (Refused, static h => h.FrameAsync(RawHttp2.Reset, 0, 0, new byte[4])),
        ["settings-length"] = (Refused, static h => h.FrameAsync(RawHttp2.Settings, 0, 0, [1, 2, 3])),
        ["settings-on-stream"] = (Refused, static h => h.FrameAsync(RawHttp2.Settings, 0, 1, [])),
        ["settings-ack-payload"] = (Refused, static h => h.FrameAsync(RawHttp2.Settings, RawHttp2.Acknowledge, 0, new byte[6])),
        ["settings-window-too-large"] = (Refused, static h => h.FrameAsync(RawHttp2.Settings, 0, 0, [0, 4, 0xff, 0xff, 0xff, 0xff])),
        ["settings-frame-too-small"] = (Refused, static h => h.FrameAsync(RawHttp2.Settings, 0, 0, [0, 5, 0, 0, 0, 1])),
        ["settings-push-odd"] = (Refused, static h => h.FrameAsync(RawHttp2.Settings, 0, 0, [0, 2, 0, 0, 0, 9])),
        ["push-promise"] = (Refused, static h => h.FrameAsync(RawHttp2.PushPromise, RawHttp2.EndHeaders, 1, [0, 0, 0, 2, .. h.Get()])),
        ["ping-length"] = (Refused, static h => h.FrameAsync(RawHttp2.Ping, 0, 0, [1])),
        ["ping-on-stream"] = (Refused, static h => h.FrameAsync(RawHttp2.Ping, 0, 1, new byte[8])),
        ["goaway-on-stream"] = (Refused, static h => h.FrameAsync(RawHttp2.GoAway, 0, 1, new byte[8])),
        ["window-zero"] = (Refused, static h => h.FrameAsync(RawHttp2.WindowUpdate, 0, 0, new byte[4])),
        ["window-overflow"] = (Refused, static h => h.FrameAsync(RawHttp2.WindowUpdate, 0, 0, [0x7f, 0xff, 0xff, 0xff])),
        ["window-on-idle"] = (Refused, static h => h.FrameAsync(RawHttp2.WindowUpdate, 0, 1, [0, 0, 0, 1])),
        ["window-length"] = (Refused, static h => h.FrameAsync(RawHttp2.WindowUpdate, 0, 0, [1])),
        ["frame-unknown"] = ("200", static async h =>
        {
            await h.FrameAsync(0xbe, 0, 0, [1, 2, 3]);
            await GetAsync(h);
        }),
        ["frame-too-long"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, new byte[17_000])),
        ["hpack-index-zero"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [0x80])),
        ["hpack-index-beyond"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [0xff, 0x7f])),
        ["hpack-number-endless"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
        ["hpack-length-beyond"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [0, 50, (byte)'a'])),
        ["hpack-table-too-large"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [0x3f, 0xff, 0xff, 0x03, .. h.Get()])),
        ["hpack-table-late"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [.. h.Get(), 0x20])),
        ["hpack-huffman-eos"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [.. h.Get(), 0, 1, (byte)'x', 0x84, 0xff, 0xff, 0xff, 0xff])),
        ["hpack-bomb"] = (Refused, static h => h.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, [.. h.Get(), 0x40, 1, (byte)'x', 0x7f, 0x81, 0x1e, .. Enumerable.Repeat((byte)'b', 4000), .. Enumerable.Repeat((byte)0xbe, 12_000)])),
        ["http1-on-it"] = (Refused, static h => h.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray())),
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Attack_EndsAsTheTableSays(string name)
    {
        var (expected, send) = Attacks[name];
        foreach (var protocol in new[] { UpstreamProtocol.Http, UpstreamProtocol.Uwsgi })
        {
            var recorder = edge[protocol];
            recorder.Targets.Clear();
            recorder.Garbage.Clear();
            using var client = await RawHttp2.ConnectAsync(edge.H2c, EdgeFixture.HostOf(protocol));
            await send(client);
            var outcome = await client.OutcomeAsync();
            var isRefused = outcome.StartsWith('4') || outcome == "closed" || outcome.StartsWith("reset", StringComparison.Ordinal) || outcome.StartsWith("goaway", StringComparison.Ordinal);
            Assert.True(expected == outcome || (expected.StartsWith(Refused, StringComparison.Ordinal) && isRefused) || (expected.EndsWith('?') && outcome == "200"), $"{name} before {protocol}: {outcome}");
            var seen = recorder.Targets.Where(static target => target != "/good").ToArray();
            Assert.True(expected == "200" ? seen.Length == 1 : seen.Length == 0 || (expected.EndsWith('?') && seen.Length == 1), $"{name} before {protocol}: the upstream saw {string.Join(' ', seen)}");
            Assert.DoesNotContain("/smuggled", seen);

            // A Host beside :authority is never passed on, so that it cannot disagree further on.
            Assert.DoesNotContain("evil.example.com", recorder.LastHead, StringComparison.Ordinal);
            Assert.True(recorder.Garbage.IsEmpty, $"{name} before {protocol}: garbage {string.Join(' ', recorder.Garbage)}");
        }

        await edge.AssertGoodAsync();
    }

    [Fact]
    public async Task Cookies_InPieces_BecomeOne()
    {
        using var client = await RawHttp2.ConnectAsync(edge.H2c, EdgeFixture.HostOf(UpstreamProtocol.Uwsgi));
        await GetAsync(client, ("cookie", "a=1"), ("cookie", "b=2"));
        Assert.Equal("200", await client.OutcomeAsync());
        Assert.Contains("HTTP_COOKIE=a=1; b=2", edge[UpstreamProtocol.Uwsgi].LastHead.Split('\n'));
    }

    private static Task BlockAsync(RawHttp2 client, params (string, string)[] fields) =>
        client.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, RawHttp2.Block(fields));

    private static Task GetAsync(RawHttp2 client, params (string, string)[] fields) =>
        client.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders | RawHttp2.EndStream, 1, client.Get(fields));

    private static Task PathAsync(RawHttp2 client, string path) => BlockAsync(client, (":method", "GET"), (":scheme", "http"), (":authority", client.Host), (":path", path));

    private static Task MethodAsync(RawHttp2 client, string method) => BlockAsync(client, (":method", method), (":scheme", "http"), (":authority", client.Host), (":path", "/"));

    private static async Task PostAsync(RawHttp2 client, string body, params (string, string)[] fields)
    {
        await client.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, client.Post(fields));
        await client.FrameAsync(RawHttp2.Data, RawHttp2.EndStream, 1, System.Text.Encoding.Latin1.GetBytes(body));
    }
}
