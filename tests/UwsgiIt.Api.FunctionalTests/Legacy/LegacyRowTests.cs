using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract sections 2 to 4, row by row, where the tests by subject do not say it.</summary>
public abstract class LegacyRowTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Container_Link_AlwaysReboots_AConflictNever_AndLinkComesFirst()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var before = await RebootAsync(world["container"]);
        Assert.Equal(409, (await world.SendAsync("POST", "containers/{container}", """{"link": 39999, "name": "lost"}""")).Status);
        Assert.Equal(409, (await world.SendAsync("POST", "containers/{container}", $$"""{"unlink": {{world["store"]}}, "note": "lost"}""")).Status);
        Assert.Equal(before, await RebootAsync(world["container"]));

        // Both in one body: it is linked and unlinked, which only works in that order.
        await world.SendAsync("POST", "containers/{container}", $$"""{"unlink": {{world["store"]}}, "link": {{world["store"]}}}""", 200);
        Assert.Empty((await world.GetAsync("containers/{container}"))["linked_to"]!.AsArray());
        await SetBackAsync(world["container"]);
        await world.SendAsync("POST", "containers/{container}", $$"""{"link": {{world["store"]}}}""", 200);
        Assert.True(await RebootAsync(world["container"]) > 5);
        await SetBackAsync(world["container"]);
        await world.SendAsync("POST", "containers/{container}", $$"""{"unlink": "{{world["store"]}}"}""", 200);
        Assert.True(await RebootAsync(world["container"]) > 5);
    }

    [Fact]
    public async Task Link_ToAnotherServer_GivesTheHostItsRules()
    {
        var (one, other) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var (a, b) = (await one.NewContainerAsync(runnable: true), await other.NewContainerAsync(runnable: true));
        Assert.Equal(200, (await one.Client.SendAsync("POST", $"/api/containers/{a}", $$"""{"link": {{b}}}""")).Status);
        var definition = await (await environment.HostAsync(one.Server)).GetNodeAsync($"/api/private/containers/{a}.ini");
        var (mine, theirs) = ($"{await IpAsync(one, a)}/32", $"{await IpAsync(other, b)}/32");
        var rules = definition["rules"]!.AsArray().Select(static rule => $"{rule!["direction"]} {rule["source"]} {rule["destination"]} {rule["action"]} {rule["target"]}".TrimEnd()).ToList();
        Assert.Equal([$"in {theirs} {mine} allow", $"out {mine} {theirs} gateway {other.Server.Address}:999"], rules);
    }

    [Fact]
    public async Task Container_TextsAndTags_AreSetAndCleared()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        foreach (var field in new[] { "jid", "jid_destinations", "pushover_user", "pushover_token", "pushover_sound", "pushbullet_token", "slack_webhook" })
        {
            foreach (var nothing in new[] { "\"\"", "null" })
            {
                Assert.Equal("value", JsonNode.Parse(await world.SendAsync("POST", "containers/{container}", $$"""{"{{field}}": "value"}""", 200))![field]!.GetValue<string>());
                await SetBackAsync(world["container"]);
                Assert.Null(JsonNode.Parse(await world.SendAsync("POST", "containers/{container}", $$"""{"{{field}}": {{nothing}}}""", 200))![field]);
                Assert.True(await RebootAsync(world["container"]) > 5, field);
                await SetBackAsync(world["container"]);
                await world.SendAsync("POST", "containers/{container}", $$"""{"{{field}}": {{nothing}}}""", 200);
                Assert.Equal(5, await RebootAsync(world["container"]));
            }
        }

        var view = JsonNode.Parse(await world.SendAsync("POST", "containers/{container}", """{"tags": ["tag", "unknown"]}""", 200))!;
        Assert.Equal("""["tag"]""", view["tags"]!.ToJsonString());
        Assert.DoesNotContain("jid_secret", view.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse(await world.SendAsync("POST", "containers/{container}", """{"tags": []}""", 200))!["tags"]!.AsArray());
        Assert.Equal(5, await RebootAsync(world["container"]));
    }

    [Fact]
    public async Task Container_AboveCapacity_IsAConflictWithItsReason()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        Assert.Equal((409, """{"error": "Conflict", "reason": "not enough memory"}"""), await world.SendAsync("POST", "containers/{container}", """{"memory": 10000, "note": "lost"}"""));
        Assert.Equal((409, """{"error": "Conflict", "reason": "not enough storage"}"""), await world.SendAsync("POST", "containers/{container}", """{"storage": 100000}"""));
        var view = await world.GetAsync("containers/{container}");
        Assert.Equal((100, 1000), (view["memory"]!.GetValue<int>(), view["storage"]!.GetValue<int>()));
        Assert.Null(view["note"]);
        await world.SendAsync("POST", "containers/{container}", """{"memory": "9900", "storage": 99000.9}""", 200);
    }

    [Fact]
    public async Task Container_HostnameAndLegion_AreAsTheRulesSay()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        await environment.Operator.CreateAsync("/v1/legions", new { name = environment.NewName("l"), address = "192.0.2.9", key = "k", members = new[] { new { server = world.Customer.Server.Id, weight = 1 } } });
        Assert.Equal("""["192.0.2.9"]""", (await world.GetAsync("containers/{container}"))["legion_address"]!.ToJsonString());
        var hostname = JsonNode.Parse(await world.SendAsync("POST", "containers/{container}", $$"""{"name": "caff\u00e8 _{{new string('n', 100)}}"}""", 200))!["hostname"]!.GetValue<string>();
        Assert.Equal("caff---" + new string('n', 56), hostname);
    }

    [Fact]
    public async Task CustomDistro_Deleted_ItsContainersFallBackAndReboot_AndNullClears()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        await world.SendAsync("POST", "containers/{container}", $$"""{"custom_distro": {{world["distro"]}}}""", 200);
        await SetBackAsync(world["container"]);
        Assert.Null(JsonNode.Parse(await world.SendAsync("POST", "containers/{container}", """{"custom_distro": null}""", 200))!["custom_distro"]);
        Assert.True(await RebootAsync(world["container"]) > 5);
        await world.SendAsync("POST", "containers/{container}", $$"""{"custom_distro": {{world["distro"]}}}""", 200);
        await SetBackAsync(world["container"]);
        Assert.Equal("""{"message": "Ok"}""", await world.SendAsync("DELETE", "custom_distro/{distro}", null, 200));
        var view = (await world.GetAsync("containers/{container}")).AsObject();
        Assert.Null(view["custom_distro"]);
        Assert.Equal("debian", view["distro_name"]!.GetValue<string>());
        Assert.False(view.ContainsKey("custom_distro_name"));
        Assert.True(await RebootAsync(world["container"]) > 5);
    }

    [Fact]
    public async Task Portmap_AddedOrDeleted_MovesTheServersTime_AndStaysOnItsServer()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var host = await environment.HostAsync(world.Customer.Server);
        var second = await environment.NewServerAsync(world.Customer.Id);
        Assert.Equal(403, (await world.Client.SendAsync("POST", $"/api/portmappings/{second.Address}", $$"""{"proto": "tcp", "public_port": 9000, "private_port": 9000, "container": {{world["container"]}}}""")).Status);
        foreach (var (method, body, expected) in new[] { ("POST", $$"""{"proto": "udp", "public_port": 1024, "private_port": 65535, "container": {{world["container"]}}}""", 201), ("DELETE", $$"""{"id": {{world["portmap"]}}}""", 200) })
        {
            await environment.InspectAsync(db => db.Servers.Where(row => row.Id == world.Customer.Server.Id).ExecuteUpdateAsync(static set => set.SetProperty(static row => row.PortmapsUnix, 5)));
            await environment.InspectAsync(db => db.Portmaps.Where(row => row.ServerId == world.Customer.Server.Id).ExecuteUpdateAsync(static set => set.SetProperty(static row => row.ModifiedUnix, 5)));
            Assert.Equal(5, (await host.GetNodeAsync("/api/private/portmappings/"))["unix"]!.GetValue<long>());
            await world.SendAsync(method, "portmappings/{server}", body, expected);
            Assert.True((await host.GetNodeAsync("/api/private/portmappings/"))["unix"]!.GetValue<long>() > 5);
        }
    }

    [Fact]
    public async Task Domain_TakenByAnyone_IsAConflictBeforeItsProofIsLookedFor()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var other = await environment.NewCustomerAsync();
        var name = (await world.GetAsync("domains/{domain}"))["name"]!.GetValue<string>();
        Assert.Equal((409, """{"error": "Conflict"}"""), await other.Client.SendAsync("POST", "/api/domains", $$"""{"name": "{{name}}"}"""));
        Assert.Equal(404, (await other.Client.SendAsync("DELETE", world.Path("domains/{domain}"))).Status);
        Assert.Equal(404, (await other.Client.SendAsync("POST", world.Path("domains/{domain}"), "{}")).Status);
        Assert.Equal(["id", "name", "note", "tags", "uuid"], (await world.GetAsync("domains/{domain}")).AsObject().Select(static pair => pair.Key).Order());
        Assert.Equal(["id", "name", "tags", "uuid"], (await world.GetAsync("domains"))[0]!.AsObject().Select(static pair => pair.Key).Order());
    }

    [Fact]
    public async Task Tags_SeveralInAQuery_ShowEachObjectOnce()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        await world.SendAsync("POST", "tags", """{"name": "second"}""", 201);
        await world.SendAsync("POST", "containers/{container}", """{"tags": ["tag", "second"]}""", 200);
        await world.SendAsync("POST", "domains/{domain}", """{"tags": ["tag", "second"]}""", 200);
        await world.SendAsync("POST", "loopboxes/{loopbox}", """{"tags": ["tag", "second"]}""", 200);
        foreach (var list in new[] { "containers", "me/containers", "domains", "loopboxes" })
        {
            Assert.Single((await world.GetAsync($"{list}?tags=tag,second,unknown")).AsArray());
            Assert.Empty((await world.GetAsync($"{list}?tags=unknown")).AsArray());
        }

        await world.SendAsync("POST", "tags/{tag}", """{"name": "renamed", "note": "n"}""", 200);
        Assert.Equal("""["renamed","second"]""", (await world.GetAsync("domains/{domain}"))["tags"]!.ToJsonString());
        await world.SendAsync("DELETE", "tags/{tag}", null, 200);
        Assert.Equal("""["second"]""", (await world.GetAsync("loopboxes/{loopbox}"))["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task Alarm_Defaults_AndEveryFilter()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var start = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var plain = await world.GetAsync("alarms/{alarm}");
        Assert.Equal(["class", "color", "container", "filename", "func", "id", "level", "line", "msg", "unix", "vassal"], plain.AsObject().Select(static pair => pair.Key).Order());
        Assert.Equal((1, "#ffffff"), (plain["level"]!.GetValue<int>(), plain["color"]!.GetValue<string>()));
        Assert.Null(plain["class"]);
        Assert.InRange(plain["unix"]!.GetValue<long>(), start - 60, start + 60);
        await world.SendAsync("POST", "alarms/raise/{container}?color=%23112233&class=c&vassal=v&line=9&func=fn&filename=file&level=3&unix=7", "", 201);
        await world.SendAsync("POST", "alarms/trigger/{store}?level=2", "x", 201);
        foreach (var (query, count) in new[] { ("color=%23112233", 1), ("class=c", 1), ("vassal=v", 1), ("line=9", 1), ("func=fn", 1), ("filename=file", 1), ("level=3", 1), ("level=3&class=d", 0), ("container={store}", 1), ("container=", 3), ("vassal=&class=&color=&level=&line=&filename=&func=", 3), ("color=112233", 0) })
        {
            Assert.True((await world.GetAsync($"alarms?{query}")).AsArray().Count == count, query);
        }

        Assert.Equal(7, (await world.GetAsync("alarms")).AsArray()[^1]!["unix"]!.GetValue<long>());
        Assert.Equal(3, (await world.GetAsync("alarms?with_total&range=1"))["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task AlarmKey_NewOne_DoesNotReboot_AndIsNeverShown()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var before = await RebootAsync(world["container"]);
        var answer = JsonNode.Parse(await world.SendAsync("GET", "alarm_key/{container}", null, 200))!;
        Assert.Equal(["alarm_key", "message"], answer.AsObject().Select(static pair => pair.Key).Order());
        Assert.Equal(before, await RebootAsync(world["container"]));
        Assert.DoesNotContain(answer["alarm_key"]!.GetValue<string>(), await world.SnapshotAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_ExpireSoonToday_AndLateForThePast()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var host = await environment.HostAsync(world.Customer.Server);
        var past = new DateTimeOffset(2020, 2, 29, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Assert.Equal(201, (await host.SendAsync("POST", $"/api/private/metrics/container.io.write/{world["container"]}", $$"""{"unix": {{past}}, "value": 2}""")).Status);
        Assert.Equal(201, (await host.SendAsync("POST", $"/api/private/metrics/container.io.read/{world["container"]}", $$"""{"unix": {{past}}, "value": 1}""")).Status);
        Assert.Equal((200, $"[[{past}, 2]]"), await world.SendAsync("GET", "metrics/container.io.write/{container}?year=2020&month=2&day=29"));
        foreach (var (query, seconds) in new[] { ("", 300), ("?year=2020&month=2&day=29", 86_400) })
        {
            using var answer = await world.Client.GetAsync(world.Path("metrics/container.cpu/{container}") + query);
            var expires = DateTimeOffset.Parse(answer.Content.Headers.GetValues("Expires").Single(), CultureInfo.InvariantCulture);
            Assert.InRange((expires - DateTimeOffset.UtcNow).TotalSeconds, seconds - 120, seconds + 120);
        }

        foreach (var query in new[] { "?year=2020&month=2&day=30", "?month=13", "?day=0", "?year=0" })
        {
            Assert.Equal((200, "[]"), await world.SendAsync("GET", "metrics/container.cpu/{container}" + query));
            Assert.Equal((200, "[]"), await world.SendAsync("GET", "metrics/domain.hits/{domain}" + query));
        }

        Assert.Equal(404, (await world.SendAsync("GET", "metrics/container.inodes/{container}")).Status);
        Assert.Equal(404, (await world.SendAsync("GET", "metrics/nonsense/{container}")).Status);
    }

    [Fact]
    public async Task PrivateMetric_BadOrForeign_IsRefusedInText()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var host = await environment.HostAsync(world.Customer.Server);
        foreach (var (path, body, status, text) in new[]
        {
            ($"metrics/container.cpu/{world["container"]}", "{", 400, "Bad request\n"),
            ($"metrics/container.cpu/{world["container"]}", """{"unix": "x", "value": 1}""", 400, "Bad request\n"),
            ($"metrics/container.cpu/{world["container"]}", """{"unix": 1, "value": [1]}""", 400, "Bad request\n"),
            ($"metrics/container.cpu/{world["container"]}", """{"unix": -1, "value": 1}""", 400, "Bad request\n"),
            ("metrics/container.cpu/39999", """{"unix": 1, "value": 1}""", 403, "Forbidden\n"),
            ($"metrics/domain.hits/{world["container"]}", """{"unix": 1, "value": 1}""", 403, "Forbidden\n"),
            ($"metrics/domain.hits/{world["container"]}", """{"unix": 1, "value": 1, "domain": "../x"}""", 403, "Forbidden\n"),
            ("alarms/39999?unix=1", "x", 403, "Forbidden\n"),
            ($"alarms/{world["container"]}?unix=x", "x", 400, "Bad request\n"),
            ("serverfilemetadata/", "{", 403, "Forbidden\n"),
            ("serverfilemetadata/", """{"file": "/etc/x"}""", 403, "Forbidden\n"),
            ("serverfilemetadata/", "[]", 403, "Forbidden\n"),
        })
        {
            Assert.Equal((status, text), await host.SendAsync("POST", "/api/private/" + path, body));
        }

        using var invalid = new ByteArrayContent([0xff]);
        using var response = await host.PostAsync($"/api/private/alarms/{world["container"]}?unix=1", invalid);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task PrivateContainers_NeverRebooted_IsSecondOne_AndTimesFollow()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var made = await environment.Operator.CreateAsync("/v1/containers", new { name = "fresh", server = world.Customer.Server.Id, memory = 16, storage = 10, customer = world.Customer.Id, distro = 1, ssh_keys = new[] { "ssh-ed25519 AAAA a", "ssh-ed25519 BBBB b" } });
        var host = await environment.HostAsync(world.Customer.Server);
        var row = (await host.GetNodeAsync("/api/private/containers/")).AsArray().Single(node => node!["uid"]!.GetValue<int>() == made["uid"]!.GetValue<int>())!;
        Assert.Equal(1, row["mtime"]!.GetValue<long>());
        using var keys = await host.GetAsync($"/api/private/ssh_keys/{made["uid"]}");
        Assert.Equal("ssh-ed25519 AAAA a\nssh-ed25519 BBBB b", await keys.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", keys.Content.Headers.ContentType!.MediaType);
        using var nodes = await host.GetAsync("/api/private/nodes/");
        Assert.Equal("text/plain", nodes.Content.Headers.ContentType!.MediaType);
        Assert.Equal("[]", (await host.GetNodeAsync("/api/private/legion/nodes/"))["nodes"]!.ToJsonString());
    }

    [Fact]
    public async Task Deleting_WhatIsInUse_IsRefused_AndNothingGoesWithIt()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var datacenter = (await environment.Operator.CreateAsync("/v1/datacenters", new { name = environment.NewName("dc") }))["id"]!.GetValue<int>();
        using var placed = await environment.Operator.PatchJsonAsync($"/v1/servers/{world.Customer.Server.Id}", new { datacenter });
        Assert.Equal(200, (int)placed.StatusCode);
        var before = await world.SnapshotAsync();
        foreach (var path in new[] { "/v1/distros/1", $"/v1/servers/{world.Customer.Server.Id}", $"/v1/customers/{world.Customer.Id}", $"/v1/datacenters/{datacenter}" })
        {
            Assert.True((await environment.Operator.SendAsync("DELETE", path)).Status == 409, path);
        }

        Assert.Equal(before, await world.SnapshotAsync());
    }

    private Task<long> RebootAsync(int uid) => environment.InspectAsync(db => db.Containers.Where(row => row.Id == uid - 30_000).Select(static row => row.LastRebootUnix).SingleAsync());

    // Seconds are coarse: put back, a move is seen however fast it came.
    private Task<int> SetBackAsync(int uid) => environment.InspectAsync(db => db.Containers.Where(row => row.Id == uid - 30_000).ExecuteUpdateAsync(static set => set.SetProperty(static row => row.LastRebootUnix, 5)));

    private static async Task<string> IpAsync(TestCustomer customer, int uid) => (await customer.Client.GetNodeAsync($"/api/containers/{uid}"))["ip"]!.GetValue<string>();
}

[Collection("sqlite")]
public sealed class SqliteLegacyRowTests(SqliteEnvironment environment) : LegacyRowTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyRowTests(PostgresEnvironment environment) : LegacyRowTests(environment);
