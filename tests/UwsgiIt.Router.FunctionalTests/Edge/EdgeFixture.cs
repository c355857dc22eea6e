using System.Net;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>One router for all attacks, a recorder behind it for each protocol, and a good connection that must never notice.</summary>
public sealed class EdgeFixture : IAsyncLifetime
{
    private readonly Dictionary<UpstreamProtocol, RecordingUpstream> _recorders = [];
    private RawHttp1 _good = null!;

    internal static IReadOnlyList<UpstreamProtocol> Protocols { get; } = [UpstreamProtocol.Http, UpstreamProtocol.Uwsgi, UpstreamProtocol.FastCgi, UpstreamProtocol.Scgi];

    internal RouterEnvironment Router { get; private set; } = null!;

    internal IPEndPoint H2c { get; } = new(IPAddress.Loopback, RouterEnvironment.FreePort());

    internal static string HostOf(UpstreamProtocol protocol) => $"{protocol.ToString().ToLowerInvariant()}.example.com";

    internal RecordingUpstream this[UpstreamProtocol protocol] => _recorders[protocol];

    public async Task InitializeAsync()
    {
        Router = await RouterEnvironment.StartAsync(settings =>
        {
            settings["Registry"] = new JsonObject { ["Tolerance"] = "01:00:00" };
            settings["Listener"]!["Endpoints"]!.AsArray().Add(new JsonObject { ["Address"] = H2c.ToString(), ["H2c"] = true });
            settings["Policy"] = new JsonObject { ["Names"] = new JsonObject { ["strict.example.com"] = new JsonObject { ["Underscores"] = "Refuse", ["EncodedSlashes"] = false }, [".lax.example.com"] = new JsonObject { ["Underscores"] = "Pass", ["EncodedBackslashes"] = true } } };
        });
        foreach (var protocol in Protocols)
        {
            var recorder = Router.Own(new RecordingUpstream(protocol));
            _recorders.Add(protocol, recorder);
            await AnnounceAsync(HostOf(protocol), protocol);
        }

        await AnnounceAsync("strict.example.com", UpstreamProtocol.Uwsgi);
        await AnnounceAsync("www.lax.example.com", UpstreamProtocol.Uwsgi);
        _good = await RawHttp1.ConnectAsync(Router.Http);
        await AssertGoodAsync();
    }

    public async Task DisposeAsync()
    {
        _good?.Dispose();
        await Router.DisposeAsync();
    }

    /// <summary>The same connection throughout, so that an attack on another one that disturbed it would show.</summary>
    internal async Task AssertGoodAsync()
    {
        await _good.SendAsync($"GET /good HTTP/1.1\r\nHost: {HostOf(UpstreamProtocol.Http)}\r\n\r\n");
        var answer = await _good.ReceiveAsync();
        Assert.Equal((200, "ok"), (answer?.Status ?? 0, answer?.Body));
    }

    private Task AnnounceAsync(string name, UpstreamProtocol protocol) =>
        Router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = name, Address = $"127.0.0.1:{_recorders[protocol].Port}", Protocol = protocol });
}

/// <summary>Tests that share the fixture, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class EdgeCollection : ICollectionFixture<EdgeFixture>
{
    public const string Name = "edge";
}
