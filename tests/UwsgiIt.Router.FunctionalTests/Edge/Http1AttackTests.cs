using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>
/// Every line of attacks-http1.txt over a raw socket, before upstreams of four protocols: the upstream sees the one request or none, the
/// connection stays in step or is closed, and a good connection beside it goes on.
/// </summary>
[Collection(EdgeCollection.Name)]
public sealed class Http1AttackTests(EdgeFixture edge)
{
    private static readonly IReadOnlyDictionary<string, Attack> Attacks = Attack.Read("attacks-http1.txt");

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Attack_EndsAsTheTableSays(string name)
    {
        foreach (var protocol in EdgeFixture.Protocols)
        {
            await RunAsync(Attacks[name], protocol);
        }

        await edge.AssertGoodAsync();
    }

    [Fact]
    public void Table_IsLongEnough() => Assert.InRange(Attacks.Count, 150, int.MaxValue);

    [Fact]
    public async Task Refusals_AreCountedByCause()
    {
        foreach (var (name, cause) in new[] { ("cl-te", "LengthAndTransferCoding"), ("te-twice", "TransferCoding"), ("te-http10", "TransferCodingVersion"), ("host-empty", "Host"), ("target-control", "Target"), ("escape-backslash", "EncodedPath"), ("trace", "Method"), ("bracket-name", "HeaderName"), ("underscore-strict", "Underscore"), ("upgrade-bytes", "BytesAfterUpgrade"), ("lf-everywhere", "InvalidRequestLine"), ("cl-plus", "InvalidContentLength") })
        {
            await RunAsync(Attacks[name], UpstreamProtocol.Http);
            Assert.Contains($"uwsgiit_router_requests_refused_total{{otel_scope_name=\"UwsgiIt.Router\",cause=\"{cause}\"}}", await edge.Router.MetricsAsync(), StringComparison.Ordinal);
        }

        await RunAsync(Attacks["underscore-name"], UpstreamProtocol.Http);
        Assert.DoesNotContain("uwsgiit_router_headers_dropped_total{otel_scope_name=\"UwsgiIt.Router\"} 0", await edge.Router.MetricsAsync(), StringComparison.Ordinal);
    }

    private async Task RunAsync(Attack attack, UpstreamProtocol protocol)
    {
        var recorder = edge[protocol];
        var host = EdgeFixture.HostOf(protocol);
        recorder.Targets.Clear();
        recorder.Garbage.Clear();
        using var client = await RawHttp1.ConnectAsync(edge.Router.Http);
        await client.SendAsync(attack.BytesFor(host));
        if (attack.EndsSending)
        {
            client.EndSending();
        }

        if (attack.Statuses is [])
        {
            await client.DrainAsync();
        }

        var open = true;
        foreach (var status in attack.Statuses)
        {
            var answer = await client.ReceiveAsync();
            Assert.True(status == answer?.Status, $"{attack.Name} before {protocol}: {answer?.Head ?? "no answer"}");
            Assert.True(open, $"{attack.Name} before {protocol}: an answer after the last one");
            open = !answer!.Closes;
        }

        // Whoever was refused for what the bytes mean is not to go on with what follows them.
        if (attack.Statuses is [] or [400] or [>= 413 and not 415])
        {
            open = false;
        }

        if (open)
        {
            await client.SendAsync($"GET /sentinel HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            var answer = await client.ReceiveAsync();
            Assert.True(answer is { Status: 200 }, $"{attack.Name} before {protocol}: out of step: {answer?.Head}");
        }

        Assert.True(await client.IsClosedAsync(), $"{attack.Name} before {protocol}: not closed");
        var expected = attack.Statuses.Count(static status => status == 200);
        var seen = recorder.Targets.Where(static target => target is not ("/sentinel" or "/good")).ToArray();
        Assert.True(seen.Length == expected || (attack.MayHaveBegun && seen.Length == 1), $"{attack.Name} before {protocol}: the upstream saw {string.Join(' ', seen)}");
        Assert.DoesNotContain("/smuggled", seen);
        Assert.True(recorder.Garbage.IsEmpty, $"{attack.Name} before {protocol}: garbage {string.Join(' ', recorder.Garbage)}");
    }
}
