using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>YARP's transforms on the way to a uwsgi upstream, which YARP itself does not speak.</summary>
public sealed class TransformTests
{
    [Fact]
    public async Task Request_PathQueryHeadersMethodAndHostReachTheApplication()
    {
        await using var router = await StartAsync("""
            [ { "PathRemovePrefix": "/old" }, { "PathPrefix": "/env" }, { "PathSet": "/env" }, { "QueryValueParameter": "added", "Set": "yes" }, { "RequestHeader": "X-Added", "Set": "by-transform" },
              { "RequestHeader": "X-Several", "Append": "last" }, { "RequestHeaderRemove": "X-Removed" }, { "HttpMethodChange": "GET", "Set": "PUT" }, { "RequestHeader": "Host", "Set": "inner.example.com" },
              { "X-Forwarded": "Set", "HeaderPrefix": "X-Forwarded-" } ]
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/old/place?kept=1");
        request.Headers.Host = "changed.example.com";
        request.Headers.Add("X-Several", "first");
        request.Headers.Add("X-Removed", "secret");
        request.Headers.Add("X-Kept", "kept");
        request.Headers.Add("X-Forwarded-For", "10.9.8.7");
        request.Headers.TryAddWithoutValidation("X_Underscore", "no");
        using var response = await router.Client.SendAsync(request);
        var variables = await ReadAsync(response);
        Assert.Equal("/env?kept=1&added=yes", variables["REQUEST_URI"]);
        Assert.Equal("kept=1&added=yes", variables["QUERY_STRING"]);
        Assert.Equal("PUT", variables["REQUEST_METHOD"]);
        Assert.Equal("by-transform", variables["HTTP_X_ADDED"]);
        Assert.Contains(variables["HTTP_X_SEVERAL"], new[] { "first, last", "first,last", "first; last" });
        Assert.Equal("kept", variables["HTTP_X_KEPT"]);
        Assert.Equal("inner.example.com", variables["HTTP_HOST"]);
        Assert.Equal("127.0.0.1", variables["HTTP_X_FORWARDED_FOR"]);
        Assert.Equal("changed.example.com", variables["HTTP_X_FORWARDED_HOST"]);
        Assert.DoesNotContain("HTTP_X_REMOVED", variables.Keys);
        Assert.DoesNotContain("HTTP_X_UNDERSCORE", variables.Keys);
    }

    [Fact]
    public async Task Response_HeadersAreAddedRemovedAndLimited()
    {
        await using var router = await StartAsync("""[ { "ResponseHeader": "X-Served-By", "Set": "edge", "When": "Always" }, { "ResponseHeaderRemove": "Content-Type", "When": "Always" } ]""");
        using var response = await router.GetAsync("changed.example.com");
        Assert.Equal("changed", await response.Content.ReadAsStringAsync());
        Assert.Equal("edge", response.Headers.GetValues("X-Served-By").Single());
        Assert.Null(response.Content.Headers.ContentType);
        Assert.Equal(7, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Body_GoesThroughWithTransforms()
    {
        await using var router = await StartAsync("""[ { "RequestHeader": "X-Added", "Set": "1" } ]""");
        var body = new byte[300_000];
        Random.Shared.NextBytes(body);
        using var response = await router.GetAsync("changed.example.com", "/digest", HttpMethod.Post, new ByteArrayContent(body));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body)), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task WebSocket_GoesThroughWithTransforms()
    {
        await using var router = await StartAsync("""[ { "PathPrefix": "/ws" }, { "PathSet": "/ws" } ]""");
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "changed.example.com");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(new Uri($"ws://{router.Http}/anything"), limit.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes("over a transformed route"), WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        Assert.Equal("over a transformed route", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    private static async Task<RouterEnvironment> StartAsync(string transforms)
    {
        var router = new RouterEnvironment();
        UwsgiVassal.StartPlain(router, "--socket", router.Folder.File("changed.sock"), "--env", "VASSAL=changed");
        router.WriteSettings(settings => settings["ReverseProxy"] = JsonNode.Parse($$"""
            { "Routes": { "changed": { "ClusterId": "app", "Match": { "Hosts": ["changed.example.com"] }, "Transforms": {{transforms}} } },
              "Clusters": { "app": { "Destinations": { "one": { "Address": "uwsgi://unix:{{router.Folder.File("changed.sock")}}" } } } } }
            """));
        await router.StartRouterAsync();
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(router.Folder.File("changed.sock"))), "the vassal listens");
        return router;
    }

    private static async Task<Dictionary<string, string>> ReadAsync(HttpResponseMessage response) =>
        (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
}
