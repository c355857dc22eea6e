using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests.VersionOne;

/// <summary>The feed, receipts, and what hosts fetch.</summary>
public abstract class FeedTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Feed_Resumed_MissesNothingAndShowsOwnChangesOnly()
    {
        var (customer, other) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        await using var feed = await FeedReader.OpenAsync(customer.Client, "/v1/events");
        await other.Client.CreateAsync("/v1/tags", new { name = "not yours" });
        await customer.Client.CreateAsync("/v1/tags", new { name = "first" });
        var first = await feed.NextAsync();
        Assert.Equal(("tag", "created"), (first["kind"]!.GetValue<string>(), first["action"]!.GetValue<string>()));
        await feed.DisposeAsync();
        await customer.Client.CreateAsync("/v1/tags", new { name = "second" });
        await customer.Client.CreateAsync("/v1/tags", new { name = "third" });
        await using var resumed = await FeedReader.OpenAsync(customer.Client, "/v1/events", first["version"]!.GetValue<long>());
        var (second, third) = (await resumed.NextAsync(), await resumed.NextAsync());
        Assert.True(second["version"]!.GetValue<long>() > first["version"]!.GetValue<long>());
        Assert.True(third["object"]!.GetValue<long>() > second["object"]!.GetValue<long>());
        await using var future = await FeedReader.OpenAsync(customer.Client, "/v1/events", 1_000_000_000);
        Assert.Equal("reset", future.StartEvent);
    }

    [Fact]
    public async Task Feed_OfAHost_HasWhatConcernsItAndReceiptsTurnTrue()
    {
        var customer = await environment.NewCustomerAsync();
        var elsewhere = await environment.NewCustomerAsync();
        var host = await environment.HostAsync(customer.Server);
        var uid = await customer.NewContainerAsync(runnable: true);
        await using var feed = await FeedReader.OpenAsync(host, "/v1/host/events");
        await elsewhere.NewContainerAsync();
        using var changed = await customer.Client.PatchJsonAsync($"/v1/containers/{uid}", new { memory = 200 });
        var version = long.Parse(changed.Headers.GetValues("UwsgiIt-Version").Single(), CultureInfo.InvariantCulture);
        var item = await feed.NextAsync();
        Assert.Equal(("container", uid, version), (item["kind"]!.GetValue<string>(), item["object"]!.GetValue<int>(), item["version"]!.GetValue<long>()));
        Assert.False((await customer.Client.GetNodeAsync($"/v1/changes/{version}"))["live"]!.GetValue<bool>());

        var waiting = customer.Client.GetNodeAsync($"/v1/changes/{version}?wait=60");
        using var state = await host.GetAsync("/v1/host/containers");
        var containers = JsonNode.Parse(await state.Content.ReadAsStringAsync())!;
        Assert.Equal(200 * 1_048_576L, containers["containers"]![0]!["memory_bytes"]!.GetValue<long>());
        foreach (var agent in new[] { "containerd", "router" })
        {
            using var receipt = await host.PostJsonAsync("/v1/host/receipts", new { agent, version = containers["version"]!.GetValue<long>() });
            Assert.Equal(HttpStatusCode.NoContent, receipt.StatusCode);
        }

        var live = await waiting.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(live["live"]!.GetValue<bool>());
        Assert.Equal(customer.Server.Id, live["servers"]![0]!["server"]!.GetValue<int>());
        Assert.Equal(404, (await elsewhere.Client.SendAsync("GET", $"/v1/changes/{version}")).Status);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/host/containers");
        again.Headers.TryAddWithoutValidation("If-None-Match", state.Headers.ETag!.Tag);
        await customer.Client.CreateAsync("/v1/tags", new { name = "moves the version, not the state" });
        using var unchanged = await host.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.True(long.Parse(unchanged.Headers.GetValues("UwsgiIt-Version").Single(), CultureInfo.InvariantCulture) >= version);
        Assert.Equal(400, (await host.SendJsonAsync("POST", "/v1/host/receipts", """{"agent": "router", "version": 999999999}""")).Status);
    }

    [Fact]
    public async Task HostState_OfTheRouter_HasKeysDomainsCertificatesOfItsCustomers()
    {
        var customer = await environment.NewCustomerAsync();
        await customer.NewContainerAsync();
        var domain = (await customer.NewDomainAsync($"{environment.NewName()}.example.org"))["name"]!.GetValue<string>();
        var certificate = UwsgiIt.Tests.Common.TestCertificates.Server(domain);
        await customer.Client.CreateAsync("/v1/certificates", new { name = "c", chain = certificate.CertificatePem, private_key = certificate.KeyPem });
        var foreign = UwsgiIt.Tests.Common.TestCertificates.Server("www.example.org");
        Assert.Equal(400, (await customer.Client.SendJsonAsync("POST", "/v1/certificates", new JsonObject { ["name"] = "d", ["chain"] = foreign.CertificatePem, ["private_key"] = foreign.KeyPem }.ToJsonString())).Status);
        Assert.Equal(400, (await customer.Client.SendJsonAsync("POST", "/v1/certificates", new JsonObject { ["name"] = "d", ["chain"] = certificate.CertificatePem, ["private_key"] = foreign.KeyPem }.ToJsonString())).Status);
        var host = await environment.HostAsync(customer.Server);
        var before = await host.GetNodeAsync("/v1/host/router");
        Assert.Equal(domain, before["keys"]![0]!["domains"]![0]!.GetValue<string>());
        Assert.Equal(certificate.KeyPem, before["certificates"]![0]!["private_key"]!.GetValue<string>());
        using var rotated = await customer.Client.PostJsonAsync($"/v1/customers/{customer.Id}/rotate-key?kind=p-256", new { });
        Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);
        Assert.NotEqual(before["keys"]![0]!["public_key"]!.GetValue<string>(), (await host.GetNodeAsync("/v1/host/router"))["keys"]![0]!["public_key"]!.GetValue<string>());
    }

    [Fact]
    public async Task HostMetrics_InOnePost_AreQueriedByStep()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        var host = await environment.HostAsync(customer.Server);
        var start = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 600 * 600;
        var samples = Enumerable.Range(0, 20).Select(i => new { metric = "container.mem", container = uid, unix = start + (i * 30), value = (long)i }).ToArray();
        using var posted = await host.PostJsonAsync("/v1/host/metrics", new { samples });
        Assert.Equal(HttpStatusCode.NoContent, posted.StatusCode);
        var series = await customer.Client.GetNodeAsync($"/v1/metrics/container.mem?container={uid}&from={start}&to={start + 600}&step=300");
        var points = series[0]!["points"]!.AsArray();
        Assert.Equal((2, 9, 0, 9, 4.5), (points.Count, points[0]!["value"]!.GetValue<int>(), points[0]!["min"]!.GetValue<int>(), points[0]!["max"]!.GetValue<int>(), points[0]!["avg"]!.GetValue<double>()));
        Assert.Equal(20, (await customer.Client.GetNodeAsync($"/v1/metrics/container.mem?container={uid}&from={start}&to={start + 600}"))[0]!["points"]!.AsArray().Count);
        Assert.Equal(400, (await host.SendJsonAsync("POST", "/v1/host/metrics", $$"""{"samples": [{"metric": "nothing", "container": {{uid}}, "unix": 1, "value": 1}]}""")).Status);
        foreach (var query in new[] { "", $"container={uid}&from=5&to=4", $"container={uid}&step=-1", $"container={uid}&from=0&step=1" })
        {
            Assert.Equal(400, (await customer.Client.SendAsync("GET", $"/v1/metrics/container.mem?{query}")).Status);
        }
    }

    [Fact]
    public async Task HostAlarms_SentTwice_AreStoredOnce()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        var host = await environment.HostAsync(customer.Server);
        for (var i = 0; i < 2; i++)
        {
            using var sent = await host.PostJsonAsync("/v1/host/alarms", new { alarms = new[] { new { id = "a", container = uid, unix = 5, msg = "OOM" }, new { id = "b", container = 39_999, unix = 5, msg = "gone" } } });
            Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        }

        Assert.Single((await customer.Client.GetNodeAsync("/v1/alarms"))["items"]!.AsArray());
    }
}

[Collection("sqlite")]
public sealed class SqliteFeedTests(SqliteEnvironment environment) : FeedTests(environment);

[Collection("postgres")]
public sealed class PostgresFeedTests(PostgresEnvironment environment) : FeedTests(environment);
