using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Bench.Tests.LoadTest;

/// <summary>What the generator counts is what the server did, and a slow server cannot hide.</summary>
public sealed class LoadGeneratorTests
{
    private static LoadPlan Plan(CountingServer server, params TrafficItem[] items) =>
        new() { Target = server.EndPoint, Mix = new TrafficMix(items.Length > 0 ? items : [new TrafficItem("/")]), Grace = TimeSpan.FromSeconds(60) };

    [Theory]
    [InlineData(LoadProtocol.Http1, false)]
    [InlineData(LoadProtocol.Http1, true)]
    [InlineData(LoadProtocol.Http2, false)]
    [InlineData(LoadProtocol.Http2, true)]
    [InlineData(LoadProtocol.WebSocket, false)]
    [InlineData(LoadProtocol.WebSocket, true)]
    internal async Task Rate_OfTwoSeconds_IsAskedForToTheLastRequest(LoadProtocol protocol, bool tls)
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.Zero, protocol == LoadProtocol.Http2 && !tls ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2, tls);

        var result = await new LoadGenerator(Plan(server) with { Protocol = protocol, Tls = tls, Rate = 200, Duration = TimeSpan.FromSeconds(2), Connections = 8 }).RunAsync();

        Assert.Null(result.Problem);
        Assert.InRange(result.Answers, 399, 401);
        Assert.Equal(server.Count, result.Answers);
        Assert.True(result.Percentile(50) > 0);
    }

    [Fact]
    public async Task SlowServer_OneConnection_WaitIsInTheLatency()
    {
        // 40 requests fall due in 0.4 s and take 50 ms each, one after the other: the last waits for more than a second and a half.
        // A generator that only times what it has sent would say 50 ms.
        await using var server = await CountingServer.StartAsync(TimeSpan.FromMilliseconds(50));

        var result = await new LoadGenerator(Plan(server) with { Rate = 100, Duration = TimeSpan.FromSeconds(0.4), Connections = 1 }).RunAsync();

        Assert.Null(result.Problem);
        Assert.InRange(result.Answers, 39, 41);
        Assert.True(result.Percentile(100) > 1_400_000, $"max is {result.Percentile(100)} µs");
        Assert.True(result.Percentile(50) > 600_000, $"p50 is {result.Percentile(50)} µs");
    }

    [Fact]
    public async Task ServerTooSlowForTheRate_UnsentRequestsAreTold()
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.FromMilliseconds(100));

        var result = await new LoadGenerator(Plan(server) with { Rate = 500, Duration = TimeSpan.FromSeconds(1), Connections = 1, Grace = TimeSpan.Zero }).RunAsync();

        Assert.NotNull(result.Problem);
        Assert.True(result.Unsent > 400, $"{result.Unsent} unsent");
        Assert.InRange(result.Answers + result.Failures + result.Unsent, 499, 501);
    }

    [Fact]
    public async Task ConnectionPerRequest_OpensOneForEach()
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.Zero);

        var result = await new LoadGenerator(Plan(server) with { Rate = 100, Duration = TimeSpan.FromSeconds(1), KeepAlive = false }).RunAsync();

        Assert.Null(result.Problem);
        Assert.Equal(server.Connections, result.Answers);
    }

    [Fact]
    public async Task KeepAlive_KeepsItsConnections()
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.Zero);

        var result = await new LoadGenerator(Plan(server) with { Rate = 100, Duration = TimeSpan.FromSeconds(1), Connections = 4 }).RunAsync();

        Assert.Null(result.Problem);
        Assert.InRange(server.Connections, 1, 4);
    }

    [Fact]
    public async Task Mix_AsksInItsShares()
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.Zero);

        var result = await new LoadGenerator(Plan(server, new TrafficItem("/often", 9), new TrafficItem("/seldom"), new TrafficItem("/echo", 10, BodyBytes: 100, Protocol: LoadProtocol.WebSocket)) with
        {
            Rate = 1000,
            Duration = TimeSpan.FromSeconds(2),
        }).RunAsync();

        Assert.Null(result.Problem);
        Assert.Equal(server.Count, result.Answers);
        Assert.InRange(server.CountOf("/often"), 800, 1000);
        Assert.InRange(server.CountOf("/seldom"), 60, 140);
    }

    [Fact]
    public async Task EvenShares_AreExactInAShortRun()
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.Zero);

        var result = await new LoadGenerator(Plan(server, new TrafficItem("/often", 6), new TrafficItem("/seldom")) with { Rate = 700, Duration = TimeSpan.FromSeconds(1), EvenShares = true }).RunAsync();

        Assert.Null(result.Problem);
        Assert.InRange(server.CountOf("/seldom"), 97, 103);
    }

    [Fact]
    public async Task OtherStatus_IsABadAnswer()
    {
        await using var server = await CountingServer.StartAsync(TimeSpan.Zero);

        var result = await new LoadGenerator(Plan(server, new TrafficItem("/fault")) with { Rate = 50, Duration = TimeSpan.FromSeconds(0.2) }).RunAsync();

        Assert.Equal(result.Answers, result.BadAnswers);
        Assert.NotNull(result.Problem);
    }

    [Fact]
    public async Task NobodyListens_EveryRequestFails()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var plan = new LoadPlan { Target = (IPEndPoint)taken.LocalEndPoint!, Mix = new TrafficMix([new TrafficItem("/")]), Rate = 50, Duration = TimeSpan.FromSeconds(0.2) };

        var result = await new LoadGenerator(plan).RunAsync();

        Assert.Equal(0, result.Answers);
        Assert.InRange(result.Failures, 9, 11);
        Assert.NotNull(result.Problem);
    }
}
