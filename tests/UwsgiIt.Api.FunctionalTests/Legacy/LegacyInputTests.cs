using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract section 1.7: what is malformed is refused with a 4xx, and nothing of it is stored.</summary>
public abstract class LegacyInputTests(ApiEnvironment environment)
{
    private static readonly string Long = new('x', 256);

    public static TheoryData<string, string, string, int> Rows()
    {
        var rows = new TheoryData<string, string, string, int>();
        foreach (var nothing in new[] { "null", "[]", "{}", "0", "\"\"", "false" })
        {
            rows.Add("POST", "containers/{container}", nothing, 403);
            rows.Add("POST", "loopboxes/{loopbox}", nothing, 403);
            rows.Add("POST", "portmappings/{server}", nothing, 403);
            rows.Add("DELETE", "portmappings/{server}", nothing, 403);
        }

        foreach (var route in new[] { "me", "domains/{domain}", "tags/{tag}" })
        {
            rows.Add("POST", route, "{}", 200);
            rows.Add("POST", route, """{"unknown": {"deep": [1]}}""", 200);
            foreach (var odd in new[] { "7", "null", "\"note\"", "[]", "[\"note\"]", "true" })
            {
                rows.Add("POST", route, odd, 400);
            }
        }

        foreach (var route in new[] { "me", "containers", "containers/{container}", "domains", "domains/{domain}", "tags", "tags/{tag}", "loopboxes", "loopboxes/{loopbox}", "custom_distros/{store}", "portmappings/{server}" })
        {
            foreach (var broken in new[] { "", " ", "{", "{\"name\": \"x\",}", "{'name': 1}", "{\"name\": NaN}", "{\"name\": Infinity}", "{\"name\": \"a\nb\"}", "name=x&path=y" })
            {
                rows.Add("POST", route, broken, 400);
            }
        }

        rows.Add("POST", "containers", """{"name": "x", "memory": 20, "storage": 20}""", 403);
        rows.Add("POST", "containers", """{"server": "{server}", "memory": 20, "storage": 20}""", 403);
        rows.Add("POST", "containers", """{"server": "{server}", "name": "x", "storage": 20}""", 403);
        rows.Add("POST", "containers", """{"server": "192.0.2.250", "name": "x", "memory": 20, "storage": 20}""", 403);
        rows.Add("POST", "containers", """{"server": "{server}", "name": {"a": 1}, "memory": 20, "storage": 20}""", 400);
        rows.Add("POST", "containers", """{"server": "{server}", "name": "x", "memory": "much", "storage": 20}""", 400);
        rows.Add("POST", "containers", """{"server": "{server}", "name": "x", "memory": [20], "storage": 20}""", 400);
        rows.Add("POST", "containers", """{"server": "{server}", "name": "x", "memory": 1e30, "storage": 20}""", 400);
        rows.Add("POST", "containers", $$"""{"server": "{server}", "name": "{{Long}}", "memory": 20, "storage": 20}""", 400);
        rows.Add("POST", "containers", """{"server": "{server}", "name": "a\u0000b", "memory": 20, "storage": 20}""", 400);
        rows.Add("POST", "loopboxes", """{"filename": "a", "mountpoint": "b"}""", 403);
        rows.Add("POST", "loopboxes", """{"container": {container}, "mountpoint": "b"}""", 403);
        rows.Add("POST", "loopboxes", """{"container": {container}, "filename": ["a"], "mountpoint": "b"}""", 400);
        rows.Add("POST", "loopboxes", $$"""{"container": {container}, "filename": "a", "mountpoint": "{{Long}}"}""", 409);
        rows.Add("POST", "loopboxes", """{"container": {container}, "filename": "a\u0000", "mountpoint": "b"}""", 409);
        rows.Add("POST", "portmappings/{server}", """{"proto": "tcp", "public_port": "x", "private_port": 9000, "container": {container}}""", 403);
        rows.Add("POST", "portmappings/{server}", """{"proto": ["tcp"], "public_port": 9000, "private_port": 9000, "container": {container}}""", 403);
        rows.Add("POST", "portmappings/{server}", """{"proto": "tcp", "public_port": 3026, "private_port": 9000, "container": {container}}""", 403);
        rows.Add("POST", "portmappings/{server}", """{"proto": "tcp", "public_port": 9000, "private_port": 1023, "container": {container}}""", 403);
        rows.Add("POST", "portmappings/{server}", """{"proto": "tcp", "public_port": 9000, "private_port": 65536, "container": {container}}""", 403);
        rows.Add("DELETE", "portmappings/{server}", """{"id": "x"}""", 403);
        rows.Add("DELETE", "portmappings/{server}", """{"id": 99999}""", 403);
        rows.Add("POST", "custom_distros/{store}", """{"path": "p"}""", 403);
        rows.Add("POST", "custom_distros/{store}", """{"name": "n"}""", 403);
        rows.Add("POST", "custom_distros/{store}", $$"""{"name": "{{Long}}", "path": "p"}""", 403);
        rows.Add("POST", "custom_distros/{store}", """{"name": "n", "path": "."}""", 403);
        rows.Add("POST", "custom_distros/{store}", """{"name": "n", "path": "caff\u00e8"}""", 403);
        rows.Add("POST", "custom_distros/{store}", """{"name": ["n"], "path": "p"}""", 403);
        rows.Add("POST", "custom_distros/{container}", """{"name": "n", "path": "p"}""", 403);
        rows.Add("POST", "custom_distro/{distro}", """{"path": "..", "name": "lost"}""", 403);
        rows.Add("POST", "custom_distro/{distro}", """{"path": ""}""", 403);
        rows.Add("POST", "domains", "{}", 400);
        rows.Add("POST", "domains", """{"name": null}""", 400);
        rows.Add("POST", "domains", """{"name": {"a": 1}}""", 400);
        rows.Add("DELETE", "domains", "{}", 400);
        rows.Add("DELETE", "domains", """{"name": ["x.example.org"]}""", 400);
        rows.Add("DELETE", "domains", """{"name": "not.mine.example.org"}""", 404);
        rows.Add("POST", "domains/{domain}", """{"note": [1]}""", 400);
        rows.Add("POST", "domains/{domain}", """{"tags": "tag"}""", 400);
        rows.Add("POST", "domains/{domain}", """{"tags": [1], "note": "lost"}""", 400);
        rows.Add("POST", "tags", "{}", 400);
        rows.Add("POST", "tags", """{"note": "n"}""", 400);
        rows.Add("POST", "tags", """{"name": ""}""", 400);
        rows.Add("POST", "tags", """{"name": {"a": 1}}""", 400);
        rows.Add("POST", "tags", $$"""{"name": "{{Long}}"}""", 400);
        rows.Add("POST", "tags", """{"name": "a\u0000"}""", 400);
        rows.Add("POST", "tags", """{"name": null}""", 409);
        rows.Add("POST", "me", $$"""{"vat": "{{Long}}"}""", 400);
        rows.Add("POST", "me", $$"""{"company": "{{Long}}"}""", 400);
        rows.Add("POST", "me", $$"""{"email": "{{Long}}", "vat": "lost"}""", 400);
        rows.Add("POST", "me", """{"vat": "lost", "password": ""}""", 400);
        rows.Add("POST", "me", """{"vat": "lost", "password": null}""", 400);
        rows.Add("POST", "me", """{"vat": "lost", "password": ["x"]}""", 400);
        rows.Add("POST", "containers/{container}", """{"tags": ["tag"], "note": "lost", "distro": 999}""", 409);
        rows.Add("POST", "containers/{container}", """{"tags": ["tag"], "link": {store}, "unlink": 39999}""", 409);
        rows.Add("POST", "containers/{container}", """{"note": "lost", "quota_threshold": "abc"}""", 400);
        rows.Add("POST", "containers/{container}", """{"quota_threshold": -1}""", 400);
        rows.Add("POST", "containers/{container}", """{"quota_threshold": 99999999999}""", 400);
        rows.Add("POST", "containers/{container}", """{"alarm_freq": 1e300}""", 400);
        rows.Add("POST", "containers/{container}", $$"""{"pushover_token": "{{Long}}"}""", 400);
        rows.Add("POST", "containers/{container}", """{"ssh_keys": ["ssh-ed25519 AAAA\ncommand"]}""", 400);
        rows.Add("POST", "containers/{container}", """{"ssh_keys": null, "note": "lost"}""", 400);
        rows.Add("POST", "containers/{container}", """{"tags": "tag"}""", 400);
        rows.Add("POST", "containers/{container}", """{"name": null}""", 400);
        rows.Add("POST", "alarms/raise/{container}?unix=x", "m", 400);
        rows.Add("POST", "alarms/raise/{container}?line=x", "m", 409);
        rows.Add("POST", "alarms/raise/{container}?level=0", "m", 403);
        rows.Add("POST", "alarms/raise/{container}?color=12345", "m", 409);
        rows.Add("POST", $"alarms/raise/{{container}}?class={Long}", "m", 409);
        rows.Add("GET", "alarms?level=x", "", 400);
        rows.Add("GET", "alarms?line=1.5", "", 400);
        foreach (var part in new[] { "year", "month", "day" })
        {
            rows.Add("GET", $"metrics/container.cpu/{{container}}?{part}=x", "", 400);
            rows.Add("GET", $"metrics/domain.hits/{{domain}}?{part}=x", "", 400);
        }

        return rows;
    }

    [Fact]
    public async Task EveryRow_IsAnsweredAsDecided_AndNothingIsStored()
    {
        // One world for all rows: none of them may change it.
        var world = await LegacyWorld.MakeAsync(environment);
        var before = await world.SnapshotAsync();
        var wrong = new List<string>();
        foreach (var row in Rows())
        {
            var (method, route, body, expected) = ((string)row[0], (string)row[1], (string)row[2], (int)row[3]);
            var filled = world.Path(body)["/api/".Length..];
            var (status, text) = await world.SendAsync(method, route, filled);
            if (status != expected || (status >= 400 && !HasError(text)))
            {
                wrong.Add($"{method} {route} {body[..Math.Min(body.Length, 100)]}: {status} instead of {expected}, {text}");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(before, await world.SnapshotAsync());
    }

    [Theory]
    [InlineData("POST", "me")]
    [InlineData("POST", "containers")]
    [InlineData("POST", "containers/{container}")]
    [InlineData("POST", "portmappings/{server}")]
    [InlineData("DELETE", "portmappings/{server}")]
    [InlineData("POST", "custom_distros/{store}")]
    [InlineData("POST", "custom_distro/{distro}")]
    [InlineData("POST", "domains")]
    [InlineData("DELETE", "domains")]
    [InlineData("POST", "domains/{domain}")]
    [InlineData("POST", "tags")]
    [InlineData("POST", "tags/{tag}")]
    [InlineData("POST", "loopboxes")]
    [InlineData("POST", "loopboxes/{loopbox}")]
    [InlineData("POST", "alarms/raise/{container}")]
    public async Task Body_AboveTheBound_Is413_AfterLoginAndOwnership(string method, string route)
    {
        var (world, other) = (await LegacyWorld.MakeAsync(environment), await environment.NewCustomerAsync());
        var body = new string(' ', 65_537);
        Assert.Equal((413, """{"error": "Request entity too large"}"""), await world.SendAsync(method, route, body));
        Assert.Equal(401, (await environment.Anonymous().SendAsync(method, world.Path(route), body)).Status);
        if (route.Contains('{', StringComparison.Ordinal))
        {
            Assert.Contains((await other.Client.SendAsync(method, world.Path(route), body)).Status, new[] { 403, 404 });
        }
    }

    [Fact]
    public async Task PrivateBody_AboveTheBound_Is413()
    {
        var world = await LegacyWorld.MakeAsync(environment);
        var host = await environment.HostAsync(world.Customer.Server);
        foreach (var path in new[] { "serverfilemetadata/", $"metrics/container.cpu/{world["container"]}", $"alarms/{world["container"]}" })
        {
            Assert.Equal(413, (await host.SendAsync("POST", "/api/private/" + path, new string(' ', 65_537))).Status);
        }
    }

    private static bool HasError(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject error && error.ContainsKey("error");
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}

[Collection("sqlite")]
public sealed class SqliteLegacyInputTests(SqliteEnvironment environment) : LegacyInputTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyInputTests(PostgresEnvironment environment) : LegacyInputTests(environment);
