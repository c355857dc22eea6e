using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract sections 2.8 and 2.9.</summary>
public abstract class LegacyAlarmTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Alarm_Raise_StoresWhatTheQuerySays()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        Assert.Equal((201, """{"message": "Created"}"""), await customer.Client.SendAsync("POST", $"/api/alarms/raise/{uid}?color=ff00ff&class=c&vassal=v&line=7&func=f&filename=n&level=4&unix=1000", "caffè"));
        var alarm = (await customer.Client.GetNodeAsync("/api/alarms"))[0]!.AsObject();
        Assert.Equal($$"""{"id":{{alarm["id"]}},"container":{{uid}},"level":4,"color":"#ff00ff","class":"c","vassal":"v","line":7,"filename":"n","func":"f","unix":1000,"msg":"caff\u00E8"}""", alarm.ToJsonString());
        foreach (var (query, status) in new[] { ("color=fff", 409), ("line=x", 409), ("level=0", 403), ("level=-1", 403), ("level=9", 201), ("", 201), ("level=x", 400), ("unix=x", 400) })
        {
            Assert.Equal(status, (await customer.Client.SendAsync("POST", $"/api/alarms/trigger/{uid}?{query}", "")).Status);
        }

        using var invalid = new ByteArrayContent([0xff]);
        using var response = await customer.Client.PostAsync($"/api/alarms/raise/{uid}", invalid);
        Assert.Equal(409, (int)response.StatusCode);
        Assert.Equal(405, (await customer.Client.SendAsync("GET", $"/api/alarms/raise/{uid}")).Status);
        Assert.Equal(403, (await customer.Client.SendAsync("POST", "/api/alarms/raise/39999", "")).Status);
        Assert.Equal(413, (await customer.Client.SendAsync("POST", $"/api/alarms/raise/{uid}", new string('x', 65_537))).Status);
        Assert.Equal((200, """{"message": "Ok"}"""), await customer.Client.SendAsync("DELETE", $"/api/alarms/{alarm["id"]}"));
        Assert.Equal(403, (await customer.Client.SendAsync("GET", $"/api/alarms/{alarm["id"]}")).Status);
    }

    [Fact]
    public async Task AlarmKey_EachCall_MakesANewOneForThisContainerOnly()
    {
        var customer = await environment.NewCustomerAsync();
        var (uid, other) = (await customer.NewContainerAsync(), await customer.NewContainerAsync());
        var first = (await customer.Client.GetNodeAsync($"/api/alarm_key/{uid}"))["alarm_key"]!.GetValue<string>();
        var second = (await customer.Client.GetNodeAsync($"/api/alarm_key/{uid}"))["alarm_key"]!.GetValue<string>();
        Assert.Equal(36, second.Length);
        var anonymous = environment.Anonymous();
        Assert.Equal(401, (await anonymous.SendAsync("POST", $"/api/alarms/raise/{uid}?key={first}", "x")).Status);
        Assert.Equal(201, (await anonymous.SendAsync("POST", $"/api/alarms/raise/{uid}?key={second}", "x")).Status);
        Assert.Equal(401, (await anonymous.SendAsync("POST", $"/api/alarms/raise/{other}?key={second}", "x")).Status);
        Assert.Equal(401, (await anonymous.SendAsync("GET", $"/api/alarms?key={second}")).Status);
        Assert.Equal(401, (await environment.Basic("nobody", "x").SendAsync("POST", $"/api/alarms/raise/{uid}?key={second}", "x")).Status);
    }

    [Theory]
    [InlineData("range=3", "10 9 8")]
    [InlineData("range=0", "")]
    [InlineData("range=2-5", "8 7 6")]
    [InlineData("range=6-3", "4 5 6")]
    [InlineData("range=9-10", "1")]
    [InlineData("range=10-2", "3 4 5 6 7 8 9 10")]
    [InlineData("range=4-4", "")]
    [InlineData("range=100-200", "")]
    [InlineData("range=99999999999999999999", "10 9 8 7 6 5 4 3 2 1")]
    [InlineData("level=2", "10 8 6 4 2")]
    [InlineData("level=2&range=2", "10 8")]
    [InlineData("class=odd&color=", "9 7 5 3 1")]
    [InlineData("unknown=1", "10 9 8 7 6 5 4 3 2 1")]
    [InlineData("range=", "416")]
    [InlineData("range=x", "416")]
    [InlineData("range=6-", "416")]
    [InlineData("range=-6", "416")]
    [InlineData("range=6-a", "416")]
    [InlineData("range=1-2-3", "416")]
    [InlineData("range=5.0", "416")]
    [InlineData("level=x", "400")]
    [InlineData("line=x", "400")]
    public async Task Alarms_FiltersAndRanges_AnswerAsTheTableSays(string query, string expected)
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        for (var i = 1; i <= 10; i++)
        {
            Assert.Equal(201, (await customer.Client.SendAsync("POST", $"/api/alarms/raise/{uid}?unix={i}&level={(i % 2 == 0 ? 2 : 1)}&class={(i % 2 == 0 ? "even" : "odd")}", $"{i}")).Status);
        }

        var (status, body) = await customer.Client.SendAsync("GET", $"/api/alarms?container={uid}&{query}");
        if (status != 200)
        {
            Assert.Equal(expected, $"{status}");
            return;
        }

        Assert.Equal(expected, string.Join(' ', JsonNode.Parse(body)!.AsArray().Select(static node => node!["msg"]!.GetValue<string>())));
        var total = await customer.Client.GetNodeAsync($"/api/alarms?with_total=0&{query}");
        Assert.Equal(JsonNode.Parse(body)!.ToJsonString(), total["alarms"]!.ToJsonString());
        Assert.Equal(query.Contains("level", StringComparison.Ordinal) || query.Contains("class", StringComparison.Ordinal) ? 5 : 10, total["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task Alarms_BeyondTheMaximum_OldestByTimeGoesFirst()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        using var limited = await environment.Operator.PatchJsonAsync($"/v1/containers/{uid}", new { max_alarms = 3 });
        foreach (var unix in new[] { 50, 10, 30, 40, 5 })
        {
            await customer.Client.SendAsync("POST", $"/api/alarms/raise/{uid}?unix={unix}", "x");
        }

        Assert.Equal([50, 40, 5], (await customer.Client.GetNodeAsync("/api/alarms")).AsArray().Select(static node => node!["unix"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Metrics_PostedByTheHost_AreReadByTheCustomer()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        var domain = await customer.NewDomainAsync($"{environment.NewName()}.example.org");
        var host = await environment.HostAsync(customer.Server);
        var stranger = await environment.HostAsync(await environment.NewServerAsync());
        var now = DateTimeOffset.UtcNow;
        var today = new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        foreach (var metric in new[] { "cpu", "io.read", "io.write", "net.rx", "net.tx", "mem", "mem.rss", "mem.cache", "quota" })
        {
            Assert.Equal((201, "Created\n"), await host.SendAsync("POST", $"/api/private/metrics/container.{metric}/{uid}", $$"""{"unix": {{today + 20}}, "value": 17179869184}"""));
            Assert.Equal((201, "Created\n"), await host.SendAsync("POST", $"/api/private/metrics/container.{metric}/{uid}", $$"""{"unix": "{{today + 10}}", "value": "3"}"""));
            Assert.Equal((200, $"[[{today + 20}, 17179869184], [{today + 10}, 3]]"), await customer.Client.SendAsync("GET", $"/api/metrics/container.{metric}/{uid}"));
        }

        foreach (var metric in new[] { "net.rx", "net.tx", "hits" })
        {
            Assert.Equal(201, (await host.SendAsync("POST", $"/api/private/metrics/domain.{metric}/{uid}", $$"""{"domain": {{domain["name"]!.ToJsonString()}}, "unix": {{today + 5}}, "value": 9}""")).Status);
            Assert.Equal((200, $$"""[{"container": {{uid}}, "metrics": [[{{today + 5}}, 9]]}]"""), await customer.Client.SendAsync("GET", $"/api/metrics/domain.{metric}/{domain["id"]}"));
        }

        Assert.Equal($$"""[{"id": {{domain["id"]}}, "uuid": {{domain["uuid"]!.ToJsonString()}}, "name": {{domain["name"]!.ToJsonString()}}}]""", (await customer.Client.SendAsync("GET", $"/api/containers/{uid}/domains")).Body);
        Assert.Equal(uid, (await customer.Client.GetNodeAsync($"/api/domains/{domain["id"]}/containers"))[0]!["uid"]!.GetValue<int>());
        Assert.Equal(404, (await customer.Client.SendAsync("GET", $"/api/metrics/container.nothing/{uid}")).Status);
        Assert.Equal((200, "[]"), await customer.Client.SendAsync("GET", $"/api/metrics/container.cpu/{uid}?month=2&day=31"));
        Assert.Equal((200, "[]"), await customer.Client.SendAsync("GET", $"/api/metrics/container.cpu/{uid}?year=2001"));
        Assert.Equal(400, (await customer.Client.SendAsync("GET", $"/api/metrics/container.cpu/{uid}?year=x")).Status);
        Assert.Equal((403, "Forbidden\n"), await stranger.SendAsync("POST", $"/api/private/metrics/container.cpu/{uid}", """{"unix": 1, "value": 1}"""));
        Assert.Equal((400, "Bad request\n"), await host.SendAsync("POST", $"/api/private/metrics/container.cpu/{uid}", """{"unix": 1}"""));
        Assert.Equal((403, "Forbidden\n"), await host.SendAsync("POST", $"/api/private/metrics/domain.hits/{uid}", """{"domain": "unknown.example.org", "unix": 1, "value": 1}"""));
        using var answer = await customer.Client.GetAsync($"/api/metrics/container.cpu/{uid}");
        Assert.Equal("max-age=300", answer.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Metrics_PostedConcurrently_LoseNothing()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        var host = await environment.HostAsync(customer.Server);
        var start = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400 * 86_400;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => host.SendAsync("POST", $"/api/private/metrics/container.cpu/{uid}", $$"""{"unix": {{start + i}}, "value": {{i}}}""")));
        var points = (await customer.Client.GetNodeAsync($"/api/metrics/container.cpu/{uid}")).AsArray();
        Assert.Equal(Enumerable.Range(0, 100), points.Select(static point => point![1]!.GetValue<int>()).Order());
    }
}

[Collection("sqlite")]
public sealed class SqliteLegacyAlarmTests(SqliteEnvironment environment) : LegacyAlarmTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyAlarmTests(PostgresEnvironment environment) : LegacyAlarmTests(environment);
