using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract sections 2.1–2.4.</summary>
public abstract class LegacyContainerTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Me_Get_HasTheFieldsOfTheContract()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var me = (JsonObject)await customer.Client.GetNodeAsync("/api/me");
        Assert.Equal(["company", "containers", "email", "servers", "uuid", "vat"], me.Select(static pair => pair.Key).Order());
        Assert.Equal($"{customer.Name}@example.com", me["email"]!.GetValue<string>());
        Assert.Equal([uid], me["containers"]!.AsArray().Select(static node => node!.GetValue<int>()));
        Assert.Equal([customer.Server.Address], me["servers"]!.AsArray().Select(static node => node!.GetValue<string>()));
        Assert.Equal(customer.Uuid.ToString(), me["uuid"]!.GetValue<string>());
    }

    [Fact]
    public async Task Me_PostPassword_OldOneFailsAtOnceAndOthersAreKept()
    {
        var customer = await environment.NewCustomerAsync();
        await customer.Client.GetNodeAsync("/api/me");
        Assert.Equal(200, (await customer.Client.SendAsync("POST", "/api/me", """{"vat": "IT1", "company": null, "password": "new"}""")).Status == 200 ? 200 : 0);
        Assert.Equal(401, (await customer.Client.SendAsync("GET", "/api/me")).Status);
        var me = await environment.Basic(customer.Name, "new").GetNodeAsync("/api/me");
        Assert.Equal("IT1", me["vat"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"password": ""}""", 400)]
    [InlineData("""{"password": null}""", 400)]
    [InlineData("""{"email": null}""", 400)]
    [InlineData("{}", 200)]
    [InlineData("""{"unknown": [1]}""", 200)]
    [InlineData("""{"vat": {"a": 1}}""", 400)]
    [InlineData("[\"vat\"]", 400)]
    [InlineData("null", 400)]
    [InlineData("7", 400)]
    public async Task Me_PostOddBodies_AnswersAsDecided(string body, int expected)
    {
        var customer = await environment.NewCustomerAsync();
        var before = await customer.Client.GetNodeAsync("/api/me");
        Assert.Equal(expected, (await customer.Client.SendAsync("POST", "/api/me", body)).Status);
        Assert.Equal(before.ToJsonString(), (await customer.Client.GetNodeAsync("/api/me")).ToJsonString());
    }

    [Fact]
    public async Task Containers_Create_AnswersAsTheOriginal()
    {
        var customer = await environment.NewCustomerAsync();
        var (server, foreign) = (customer.Server.Address, (await environment.NewServerAsync()).Address);
        foreach (var (body, status, text) in new[]
        {
            ($$"""{"server": "{{server}}", "name": "a b.c", "memory": "100", "storage": 1000.9}""", 201, """{"message": "Created"}"""),
            ($$"""{"server": "{{server}}", "name": "x", "memory": 100}""", 403, """{"error": "Forbidden"}"""),
            ($$"""{"server": "{{foreign}}", "name": "x", "memory": 100, "storage": 1}""", 403, """{"error": "Forbidden"}"""),
            ($$"""{"server": "{{server}}", "name": "x", "memory": 9901, "storage": 1}""", 200, """{"error": "Conflict", "reason": "not enough memory"}"""),
            ($$"""{"server": "{{server}}", "name": "x", "memory": 0, "storage": 0}""", 200, """{"error": "Conflict", "reason": "not enough memory"}"""),
            ($$"""{"server": "{{server}}", "name": "x", "memory": 16, "storage": 100000}""", 200, """{"error": "Conflict", "reason": "not enough storage"}"""),
            ($$"""{"server": "{{server}}", "name": null, "memory": 16, "storage": 1}""", 409, """{"error": "Conflict"}"""),
            ("[]", 403, """{"error": "Forbidden"}"""),
        })
        {
            Assert.Equal((status, text), await customer.Client.SendAsync("POST", "/api/containers", body));
        }

        var only = Assert.Single((await customer.Client.GetNodeAsync("/api/me/containers")).AsArray())!;
        Assert.Equal(("a b.c", "a-b-c", 100, 1000), (only["name"]!.GetValue<string>(), only["hostname"]!.GetValue<string>(), only["memory"]!.GetValue<int>(), only["storage"]!.GetValue<int>()));
        var uid = only["uid"]!.GetValue<int>();
        Assert.True(uid > 30_000);
        Assert.Equal($"10.{(uid - 30_000 + 2) >> 16}.{((uid - 30_000 + 2) >> 8) & 255}.{(uid - 30_000 + 2) & 255}", only["ip"]!.GetValue<string>());
    }

    [Fact]
    public async Task Containers_ListAndDetail_HaveTheFieldsOfTheContract()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var item = (JsonObject)(await customer.Client.GetNodeAsync("/api/containers"))[0]!;
        Assert.Equal(["custom_distro", "custom_distro_name", "distro", "distro_name", "hostname", "ip", "memory", "name", "server", "server_address", "storage", "tags", "uid", "uuid"], item.Select(static pair => pair.Key).Order());
        var full = (JsonObject)await customer.Client.GetNodeAsync($"/api/containers/{uid}");
        string[] expected = ["alarm_freq", "custom_distro", "custom_distros_storage", "distro", "distro_name", "hostname", "ip", "jid", "jid_destinations", "legion_address", "linked_to", "memory", "name", "nofollow", "note", "pushbullet_token", "pushover_sound", "pushover_token", "pushover_user", "quota_threshold", "secret_uuid", "server", "server_address", "slack_webhook", "ssh_keys", "storage", "tags", "uid", "uuid"];
        Assert.Equal(expected, full.Select(static pair => pair.Key).Order());
        Assert.Null(full["distro"]);
        Assert.Equal((60, 90), (full["alarm_freq"]!.GetValue<int>(), full["quota_threshold"]!.GetValue<int>()));
    }

    /// <summary>Rows of the table of 2.2: body, status, whether it reboots, a field and its value after.</summary>
    [Theory]
    [InlineData("""{"name": "other"}""", 200, true, "name", "\"other\"")]
    [InlineData("""{"name": ""}""", 400, false, "name", "\"web\"")]
    [InlineData("""{"note": "text\nmore"}""", 200, false, "note", "\"text\\nmore\"")]
    [InlineData("""{"quota_threshold": "50"}""", 200, true, "quota_threshold", "50")]
    [InlineData("""{"quota_threshold": 90}""", 200, false, "quota_threshold", "90")]
    [InlineData("""{"quota_threshold": 101}""", 400, false, "quota_threshold", "90")]
    [InlineData("""{"alarm_freq": 10}""", 200, false, "alarm_freq", "60")]
    [InlineData("""{"alarm_freq": 100}""", 200, true, "alarm_freq", "100")]
    [InlineData("""{"alarm_freq": null}""", 200, false, "alarm_freq", "60")]
    [InlineData("""{"jid": "a@b"}""", 200, true, "jid", "\"a@b\"")]
    [InlineData("""{"jid": "", "slack_webhook": null}""", 200, false, "jid", "null")]
    [InlineData("""{"pushover_user": "u"}""", 200, true, "pushover_user", "\"u\"")]
    [InlineData("""{"pushover_token": "t"}""", 200, true, "pushover_token", "\"t\"")]
    [InlineData("""{"pushover_sound": "s"}""", 200, true, "pushover_sound", "\"s\"")]
    [InlineData("""{"pushbullet_token": "p"}""", 200, true, "pushbullet_token", "\"p\"")]
    [InlineData("""{"slack_webhook": "w"}""", 200, true, "slack_webhook", "\"w\"")]
    [InlineData("""{"jid_secret": "x"}""", 200, true, "jid", "null")]
    [InlineData("""{"jid": "a\u0007b"}""", 400, false, "jid", "null")]
    [InlineData("""{"jid": "a\u0000b"}""", 400, false, "jid", "null")]
    [InlineData("""{"nofollow": 1}""", 200, true, "nofollow", "true")]
    [InlineData("""{"nofollow": false}""", 200, false, "nofollow", "false")]
    [InlineData("""{"nofollow": "yes"}""", 400, false, "nofollow", "false")]
    [InlineData("""{"custom_distros_storage": true}""", 200, true, "custom_distros_storage", "true")]
    [InlineData("""{"ssh_keys": ["ssh-rsa AAA", "ssh-rsa BBB"]}""", 200, false, "ssh_keys", """["ssh-rsa AAA","ssh-rsa BBB"]""")]
    [InlineData("""{"ssh_keys": "ssh-rsa AAA"}""", 400, false, "ssh_keys", "[]")]
    [InlineData("""{"ssh_keys": [1]}""", 400, false, "ssh_keys", "[]")]
    [InlineData("""{"distro": "1"}""", 200, true, "distro_name", "\"debian\"")]
    [InlineData("""{"distro": 999}""", 409, false, "distro", "null")]
    [InlineData("""{"distro": null}""", 400, false, "distro", "null")]
    [InlineData("""{"custom_distro": null}""", 200, false, "custom_distro", "null")]
    [InlineData("""{"custom_distro": 999}""", 409, false, "custom_distro", "null")]
    [InlineData("""{"memory": 200}""", 200, true, "memory", "200")]
    [InlineData("""{"memory": 10001}""", 409, false, "memory", "100")]
    [InlineData("""{"memory": 15}""", 400, false, "memory", "100")]
    [InlineData("""{"storage": -1}""", 400, false, "storage", "1000")]
    [InlineData("""{"memory": 1e30}""", 400, false, "memory", "100")]
    [InlineData("""{"tags": ["unknown"]}""", 200, false, "tags", "[]")]
    [InlineData("""{"reboot": 0}""", 200, true, "name", "\"web\"")]
    [InlineData("""{"reboot": null}""", 200, true, "name", "\"web\"")]
    [InlineData("""{"uid": 1, "uuid": "x", "max_alarms": 1, "dmz": true, "secret_uuid": "y"}""", 200, false, "name", "\"web\"")]
    [InlineData("""{"link": 30000}""", 409, false, "linked_to", "[]")]
    [InlineData("""{"link": "x"}""", 409, false, "linked_to", "[]")]
    [InlineData("""{"unlink": 30001}""", 409, false, "linked_to", "[]")]
    [InlineData("null", 403, false, "name", "\"web\"")]
    [InlineData("[]", 403, false, "name", "\"web\"")]
    [InlineData("{}", 403, false, "name", "\"web\"")]
    [InlineData("0", 403, false, "name", "\"web\"")]
    [InlineData("\"\"", 403, false, "name", "\"web\"")]
    [InlineData("false", 403, false, "name", "\"web\"")]
    [InlineData("{\"name\": \"x\",}", 400, false, "name", "\"web\"")]
    [InlineData("", 400, false, "name", "\"web\"")]
    [InlineData("{\"name\": NaN}", 400, false, "name", "\"web\"")]
    public async Task Container_Post_ChangesAndRebootsAsTheTableSays(string body, int status, bool reboots, string field, string value)
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var before = await MtimesAsync(uid);
        var answer = await customer.Client.SendAsync("POST", $"/api/containers/{uid}", body);
        Assert.True(answer.Status == status, $"{answer}");
        var after = await MtimesAsync(uid);
        Assert.Equal(reboots, after.Reboot > before.Reboot);
        Assert.Equal(status == 200 && body.Contains("ssh_keys", StringComparison.Ordinal), after.Keys > before.Keys);
        var view = await customer.Client.GetNodeAsync($"/api/containers/{uid}");
        Assert.Equal(value, view[field]?.ToJsonString() ?? "null");
        if (status == 200)
        {
            Assert.Equal(view.ToJsonString(), JsonNode.Parse(answer.Body)!.ToJsonString());
        }
        else
        {
            Assert.NotNull(JsonNode.Parse(answer.Body)!["error"]);
        }
    }

    [Fact]
    public async Task Container_PostKeysAgain_MovesTheirTimeEvenIfEqual()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        await environment.InspectAsync(db => db.Containers.Where(row => row.Id == uid - 30_000).ExecuteUpdateAsync(set => set.SetProperty(static row => row.SshKeysUnix, 5)));
        await customer.Client.SendAsync("POST", $"/api/containers/{uid}", """{"ssh_keys": ["ssh-ed25519 AAAA one"]}""");
        Assert.True((await MtimesAsync(uid)).Keys > 5);
    }

    [Fact]
    public async Task Container_MemoryOfASharedServer_IsSilentlyIgnored()
    {
        var customer = await environment.NewCustomerAsync();
        var server = await environment.NewServerAsync();
        var made = await environment.Operator.CreateAsync("/v1/containers", new { name = "shared", server = server.Id, memory = 16, storage = 10, customer = customer.Id });
        var uid = made["uid"]!.GetValue<int>();
        var (status, body) = await customer.Client.SendAsync("POST", $"/api/containers/{uid}", """{"memory": 20, "storage": 20, "note": "n"}""");
        Assert.Equal(200, status);
        Assert.Equal((16, 10, "n"), (JsonNode.Parse(body)!["memory"]!.GetValue<int>(), JsonNode.Parse(body)!["storage"]!.GetValue<int>(), JsonNode.Parse(body)!["note"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Link_ToAnybody_IsOneDirectionalAndConflictStoresNothing()
    {
        var (one, other) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var (a, b) = (await one.NewContainerAsync(runnable: true), await other.NewContainerAsync(runnable: true));
        Assert.Equal(200, (await one.Client.SendAsync("POST", $"/api/containers/{a}", $$"""{"link": "{{b}}"}""")).Status);
        Assert.Equal([b], (await one.Client.GetNodeAsync($"/api/containers/{a}"))["linked_to"]!.AsArray().Select(static node => node!.GetValue<int>()));
        Assert.Empty((await other.Client.GetNodeAsync($"/api/containers/{b}"))["linked_to"]!.AsArray());
        Assert.Equal(409, (await one.Client.SendAsync("POST", $"/api/containers/{a}", $$"""{"name": "lost", "link": {{b}}}""")).Status);
        Assert.Equal(409, (await one.Client.SendAsync("POST", $"/api/containers/{a}", $$"""{"link": {{a}}}""")).Status);
        Assert.Equal("web", (await one.Client.GetNodeAsync($"/api/containers/{a}"))["name"]!.GetValue<string>());
        Assert.Equal(200, (await one.Client.SendAsync("POST", $"/api/containers/{a}", $$"""{"unlink": {{b}}}""")).Status);
        Assert.Equal(409, (await one.Client.SendAsync("POST", $"/api/containers/{a}", $$"""{"unlink": {{b}}}""")).Status);
    }

    [Fact]
    public async Task CustomDistro_Unlink_RunsThroughItsWholeLife()
    {
        var customer = await environment.NewCustomerAsync();
        var (store, user) = (await customer.NewContainerAsync(), await customer.NewContainerAsync(runnable: true));
        var client = customer.Client;
        Assert.Equal(403, (await client.SendAsync("POST", $"/api/custom_distros/{store}", """{"name": "mine", "path": "mine"}""")).Status);
        Assert.Equal(200, (await client.SendAsync("POST", $"/api/containers/{store}", """{"custom_distros_storage": true}""")).Status);
        Assert.Equal((201, """{"message": "Created"}"""), await client.SendAsync("POST", $"/api/custom_distros/{store}", """{"name": "mine", "path": "mine", "note": "n"}"""));
        foreach (var body in new[] { """{"name": "mine", "path": "b"}""", """{"name": "b", "path": "mine"}""", """{"name": "b", "path": ".."}""", """{"name": "b", "path": ".b"}""", """{"name": "b", "path": "a/b"}""", """{"name": "b"}""", "{}" })
        {
            Assert.Equal(403, (await client.SendAsync("POST", $"/api/custom_distros/{store}", body)).Status);
        }

        var listed = Assert.Single((await client.GetNodeAsync("/api/custom_distros/")).AsArray())!;
        Assert.Equal(store, listed["container"]!.GetValue<int>());
        var id = listed["id"]!.GetValue<int>();
        Assert.Empty((await client.GetNodeAsync($"/api/custom_distros/{store}")).AsArray());
        Assert.Equal(id, (await client.GetNodeAsync($"/api/custom_distros/{user}"))[0]!["id"]!.GetValue<int>());
        Assert.Equal(["container", "id", "name", "note", "path", "uuid"], ((JsonObject)await client.GetNodeAsync($"/api/custom_distro/{id}")).Select(static pair => pair.Key).Order());
        Assert.Equal(409, (await client.SendAsync("POST", $"/api/containers/{store}", $$"""{"custom_distro": {{id}}}""")).Status);
        Assert.Equal(200, (await client.SendAsync("POST", $"/api/containers/{user}", $$"""{"custom_distro": "{{id}}"}""")).Status);
        Assert.Equal("mine", (await client.GetNodeAsync($"/api/containers/{user}"))["custom_distro_name"]!.GetValue<string>());
        Assert.Equal(200, (await client.SendAsync("POST", $"/api/custom_distro/{id}", """{"name": "renamed"}""")).Status);
        Assert.Equal(403, (await client.SendAsync("POST", $"/api/custom_distro/{id}", """{"path": "../x"}""")).Status);
        Assert.Equal((200, """{"message": "Ok"}"""), await client.SendAsync("DELETE", $"/api/custom_distro/{id}"));
        Assert.Null((await client.GetNodeAsync($"/api/containers/{user}"))["custom_distro"]);
        Assert.Equal(403, (await client.SendAsync("GET", $"/api/custom_distro/{id}")).Status);
        Assert.Equal(403, (await client.SendAsync("GET", "/api/custom_distro/")).Status);
        Assert.Equal(405, (await client.SendAsync("POST", "/api/custom_distros/")).Status);
    }

    [Fact]
    public async Task Portmappings_Rows_AnswerAsTheTableSays()
    {
        var customer = await environment.NewCustomerAsync();
        var (first, second) = (await customer.NewContainerAsync(), await customer.NewContainerAsync());
        var (client, path) = (customer.Client, $"/api/portmappings/{customer.Server.Address}");
        Assert.Equal((201, """{"message": "Created"}"""), await client.SendAsync("POST", path, $$"""{"proto": "tcp", "public_port": "8080", "private_port": 80800, "container": {{first}} }""".Replace("80800", "8000", StringComparison.Ordinal)));
        foreach (var body in new[]
        {
            $$"""{"proto": "tcp", "public_port": 8080, "private_port": 9000, "container": {{second}}}""",
            $$"""{"proto": "tcp", "public_port": 8081, "private_port": 8000, "container": {{first}}}""",
            $$"""{"proto": "sctp", "public_port": 8082, "private_port": 9000, "container": {{first}}}""",
            $$"""{"proto": "tcp", "public_port": 1023, "private_port": 9000, "container": {{first}}}""",
            $$"""{"proto": "tcp", "public_port": 1999, "private_port": 9000, "container": {{first}}}""",
            $$"""{"proto": "tcp", "public_port": 3022, "private_port": 9000, "container": {{first}}}""",
            $$"""{"proto": "tcp", "public_port": 65536, "private_port": 9000, "container": {{first}}}""",
            """{"proto": "tcp", "public_port": 8083, "private_port": 9000, "container": 39999}""",
            """{"proto": "tcp"}""", "{}", "null",
        })
        {
            Assert.Equal((403, """{"error": "Forbidden"}"""), await client.SendAsync("POST", path, body));
        }

        Assert.Equal(201, (await client.SendAsync("POST", path, $$"""{"proto": "udp", "public_port": 8080, "private_port": 8000, "container": {{first}}}""")).Status);
        var list = (await client.GetNodeAsync(path)).AsArray();
        Assert.Equal(2, list.Count);
        Assert.Equal(["container", "container_ip", "id", "private_port", "proto", "public_port"], list[0]!.AsObject().Select(static pair => pair.Key).Order());
        Assert.Equal(403, (await client.SendAsync("GET", path + "/")).Status);
        Assert.Equal(403, (await (await environment.NewCustomerAsync()).Client.SendAsync("GET", path)).Status);
        Assert.Equal((200, """{"message": "Ok"}"""), await client.SendAsync("DELETE", path, $$"""{"id": {{list[0]!["id"]}}}"""));
        Assert.Equal(403, (await client.SendAsync("DELETE", path, $$"""{"id": {{list[0]!["id"]}}}""")).Status);
        Assert.Single((await client.GetNodeAsync(path)).AsArray());
    }

    [Fact]
    public async Task SecretUuid_Regenerate_GivesANewOne()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync();
        var before = (await customer.Client.GetNodeAsync($"/api/containers/{uid}"))["secret_uuid"]!.GetValue<string>();
        Assert.Equal((200, """{"message": "Ok"}"""), await customer.Client.SendAsync("POST", $"/api/regenerate_secret_uuid/{uid}"));
        Assert.NotEqual(before, (await customer.Client.GetNodeAsync($"/api/containers/{uid}"))["secret_uuid"]!.GetValue<string>());
        Assert.Equal(405, (await customer.Client.SendAsync("GET", $"/api/regenerate_secret_uuid/{uid}")).Status);
    }

    private Task<(long Reboot, long Keys)> MtimesAsync(int uid) => environment.InspectAsync(async db =>
    {
        var row = await db.Containers.AsNoTracking().SingleAsync(row => row.Id == uid - 30_000);
        return (row.LastRebootUnix, row.SshKeysUnix);
    });
}

[Collection("sqlite")]
public sealed class SqliteLegacyContainerTests(SqliteEnvironment environment) : LegacyContainerTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyContainerTests(PostgresEnvironment environment) : LegacyContainerTests(environment);
