using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>
/// Thousands of made-up answers in four protocols: each request ends in time with an answer that is HTTP, or a cut connection, carries no byte
/// of another request's answer, and other names do not notice.
/// </summary>
public sealed partial class HostileBackendTests : IAsyncLifetime, IDisposable
{
    // What one request may take: the router's bounds below, retried once, and a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HostileUpstream _upstream = new();
    private readonly RecordingUpstream _good = new(UpstreamProtocol.Http);
    private RouterEnvironment _router = null!;

    public async Task InitializeAsync()
    {
        _router = await RouterEnvironment.StartAsync(static settings =>
        {
            settings["Registry"] = new JsonObject { ["Tolerance"] = "05:00:00" };
            settings["Forwarding"] = new JsonObject { ["ResponseTimeout"] = "00:00:02", ["BodyIdleTimeout"] = "00:00:01", ["MaxRequestTime"] = "00:00:10" };
            settings.Remove("AccessLog");
        });
        foreach (var protocol in EdgeFixture.Protocols)
        {
            await AnnounceAsync(EdgeFixture.HostOf(protocol), _upstream.Port, protocol);
        }

        await AnnounceAsync("good.example.com", _good.Port, UpstreamProtocol.Http);
    }

    public async Task DisposeAsync()
    {
        await _router.DisposeAsync();
        Dispose();
    }

    public void Dispose()
    {
        _upstream.Dispose();
        _good.Dispose();
    }

    [Fact]
    public async Task Answers_OfEveryKind_HarmNobody()
    {
        foreach (var protocol in EdgeFixture.Protocols)
        {
            await RunAsync(protocol);
        }
    }

    [Fact]
    public async Task FastCgi_EndlessRecordsBesideTheAnswer_AreCutAtABound()
    {
        // Standard error, and a type nobody knows.
        foreach (var type in new byte[] { 7, 11 })
        {
            // Each within the idle time, for ever: only a bound on what is no answer ends it.
            var record = new byte[8 + 32_000];
            (record[0], record[1], record[3], record[4], record[5]) = (1, type, 1, 32_000 >> 8, 32_000 & 255);
            byte[] head = [1, 6, 0, 1, 0, 20, 0, 0, .. "Content-Length: 9\r\n\r\n"u8[..20]];
            _upstream.Answers[1] = ([head, [1, 6, 0, 1, 0, 1, 0, 0, .. "\n"u8], .. Enumerable.Repeat(record, 500)], true);
            Assert.Equal("cut", await AskAsync(UpstreamProtocol.FastCgi, 1));
            _upstream.Answers[2] = ([.. Enumerable.Repeat(record, 500)], true);
            Assert.Equal("502", await AskAsync(UpstreamProtocol.FastCgi, 2));
        }
    }

    private async Task RunAsync(UpstreamProtocol protocol)
    {
        // 100,000 over the four in the long run, 2,000 in the gate.
        var count = RouterEnvironment.IsLong ? 25_000 : 500;
        var answers = new HostileAnswers(seed: (int)protocol + 1);
        for (var i = 0; i < count; i++)
        {
            var bytes = answers.Next(protocol, $"<{i}:{i}>");
            var pieces = new List<byte[]>();
            for (var at = 0; at < bytes.Length; at += pieces[^1].Length)
            {
                pieces.Add(bytes[at..(at + answers.Piece(bytes.Length - at))]);
            }

            _upstream.Answers[i] = ([.. pieces], answers.Chance(15));
        }

        var outcomes = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var outcome = await AskAsync(protocol, i);
            outcomes.AddOrUpdate(outcome, 1, static (_, known) => known + 1);
            if (i % 50 == 0)
            {
                Assert.Equal(200, await _router.StatusAsync("good.example.com", "/good"));
            }
        });

        // Neither all refused nor all let through: the grammar still bites.
        Assert.True(outcomes.GetValueOrDefault("200") > count / 10 && outcomes.GetValueOrDefault("502") > count / 10, string.Join(", ", outcomes));
        Assert.False(outcomes.ContainsKey("500"), string.Join(", ", outcomes) + _router.Process.Output);
        Assert.DoesNotMatch(@"(?m)^<[0-3]>", _router.Process.Output);
    }

    private async Task<string> AskAsync(UpstreamProtocol protocol, int number)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/n/{number}/");
            request.Headers.Host = EdgeFixture.HostOf(protocol);
            using var response = await _router.Client.SendAsync(request, deadline.Token);
            var text = response.Headers + (await response.Content.ReadAsStringAsync(deadline.Token));
            Assert.All(Token.Matches(text), match => Assert.Equal($"<{number}:{number}>", match.Value));
            Assert.False(response.Headers.Contains("Keep-Alive") || response.Headers.Contains("Proxy-Connection"));
            return $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ResponseEnded)
        {
            return "cut";
        }
        catch (Exception e) when (e is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpRequestException { InnerException: HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or IOException { InnerException: System.Net.Sockets.SocketException } })
        {
            return "cut";
        }
    }

    // Said twice, so that a changed byte does not make it another's.
    [GeneratedRegex(@"<(\d+):\1>")]
    private static partial Regex Token { get; }

    private Task AnnounceAsync(string name, int port, UpstreamProtocol protocol) =>
        _router.AnnounceAsync(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = name, Address = $"127.0.0.1:{port}", Protocol = protocol });
}
