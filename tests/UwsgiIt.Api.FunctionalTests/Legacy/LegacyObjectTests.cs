using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract sections 2.5–2.7: domains, tags, loopboxes, news, distros.</summary>
public abstract class LegacyObjectTests(ApiEnvironment environment)
{
    [Fact]
    public async Task Domain_Life_IsAsTheTableSays()
    {
        var (customer, other) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var (client, name) = (customer.Client, $"{environment.NewName()}.example.org");
        Assert.Equal((403, """{"error": "Forbidden"}"""), await client.SendAsync("POST", "/api/domains", $$"""{"name": "{{name}}"}"""));
        environment.Proof.Proven[(name, customer.Uuid)] = true;
        environment.Proof.Proven[(name, other.Uuid)] = true;
        var (status, text) = await client.SendAsync("POST", "/api/domains", $$"""{"name": "{{name.ToUpperInvariant()}}."}""");
        Assert.Equal(201, status);
        var made = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(["id", "message", "name", "note", "tags", "uuid"], made.Select(static pair => pair.Key).Order());
        Assert.Equal(("Created", name), (made["message"]!.GetValue<string>(), made["name"]!.GetValue<string>()));
        Assert.Equal((409, """{"error": "Conflict"}"""), await client.SendAsync("POST", "/api/domains", $$"""{"name": "{{name}}"}"""));
        Assert.Equal(409, (await other.Client.SendAsync("POST", "/api/domains", $$"""{"name": "{{name}}"}""")).Status);
        Assert.Equal(201, (await client.SendAsync("POST", "/api/domains", $$"""{"name": ".{{name}}"}""")).Status);
        Assert.Equal(201, (await client.SendAsync("POST", "/api/domains", $$"""{"name": "sub.{{name}}"}""")).Status);
        foreach (var bad in new[] { "localhost", "../../x.example.org", "a b.example.org", "-a.example.org", "a..example.org", "", ".", "x/y.example.org", new string('a', 64) + ".example.org", "1.2.3.4" })
        {
            Assert.Equal(403, (await client.SendAsync("POST", "/api/domains", $$"""{"name": "{{bad}}"}""")).Status);
        }

        Assert.Equal(400, (await client.SendAsync("POST", "/api/domains", "{}")).Status);
        Assert.Equal(400, (await client.SendAsync("DELETE", "/api/domains", "{}")).Status);
        Assert.Equal(404, (await other.Client.SendAsync("DELETE", "/api/domains", $$"""{"name": "{{name}}"}""")).Status);
        await client.SendAsync("POST", "/api/tags", """{"name": "blue"}""");
        var id = made["id"];
        (status, text) = await client.SendAsync("POST", $"/api/domains/{id}", """{"note": "n", "tags": ["blue", "unknown"], "name": "ignored"}""");
        Assert.Equal((200, $$"""{"id": {{id}}, "name": "{{name}}", "uuid": {{made["uuid"]!.ToJsonString()}}, "tags": ["blue"], "note": "n"}"""), (status, text));
        Assert.Equal([name], (await client.GetNodeAsync("/api/domains?tags=blue,other")).AsArray().Select(static node => node!["name"]!.GetValue<string>()));
        Assert.Equal(3, (await client.GetNodeAsync("/api/domains?tags=")).AsArray().Count);
        Assert.Equal((200, """{"message": "Ok"}"""), await client.SendAsync("DELETE", $"/api/domains/{id}"));
        Assert.Equal((200, """{"message": "Ok"}"""), await client.SendAsync("DELETE", "/api/domains", $$"""{"name": "sub.{{name}}"}"""));
        Assert.Single((await client.GetNodeAsync("/api/domains")).AsArray());
    }

    [Fact]
    public async Task Domain_IdnName_IsKeptAsALabels()
    {
        var customer = await environment.NewCustomerAsync();
        var made = await customer.NewDomainAsync("xn--caff-8oa.example.net");
        Assert.Equal(409, (await customer.Client.SendAsync("POST", "/api/domains", """{"name": "caff\u00e8.example.net"}""")).Status);
        Assert.Equal(200, (await customer.Client.SendAsync("DELETE", $"/api/domains/{made["id"]}")).Status);
    }

    [Fact]
    public async Task Domain_Post_MovesItsTime()
    {
        var customer = await environment.NewCustomerAsync();
        var id = (await customer.NewDomainAsync($"{environment.NewName()}.example.org"))["id"]!.GetValue<int>();
        await environment.InspectAsync(db => db.Domains.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(static row => row.ModifiedUnix, 5)));
        await customer.Client.SendAsync("POST", $"/api/domains/{id}", "{}");
        Assert.True(await environment.InspectAsync(db => db.Domains.Where(row => row.Id == id).Select(static row => row.ModifiedUnix).SingleAsync()) > 5);
    }

    [Fact]
    public async Task Tag_Life_IsAsTheTableSays()
    {
        var customer = await environment.NewCustomerAsync();
        var client = customer.Client;
        var uid = await customer.NewContainerAsync();
        var (status, text) = await client.SendAsync("POST", "/api/tags", """{"name": "a", "note": "n"}""");
        var id = JsonNode.Parse(text)!["id"];
        Assert.Equal((201, $$"""{"id": {{id}}, "name": "a", "note": "n"}"""), (status, text));
        Assert.Equal((409, """{"error": "Conflict"}"""), await client.SendAsync("POST", "/api/tags", """{"name": "a"}"""));
        Assert.Equal(409, (await client.SendAsync("POST", "/api/tags", """{"name": null}""")).Status);
        Assert.Equal(400, (await client.SendAsync("POST", "/api/tags", "{}")).Status);
        await client.SendAsync("POST", "/api/tags", """{"name": "b"}""");
        await client.SendAsync("POST", $"/api/containers/{uid}", """{"tags": ["a", "b"]}""");
        Assert.Equal((409, """{"error": "Conflict"}"""), await client.SendAsync("POST", $"/api/tags/{id}", """{"name": "b"}"""));
        Assert.Equal(200, (await client.SendAsync("POST", $"/api/tags/{id}", """{"name": "c"}""")).Status);
        Assert.Equal("""["b","c"]""", (await client.GetNodeAsync($"/api/containers/{uid}"))["tags"]!.ToJsonString());
        Assert.Single((await client.GetNodeAsync("/api/containers?tags=b,c")).AsArray());
        Assert.Empty((await client.GetNodeAsync("/api/containers?tags=a")).AsArray());
        Assert.Equal((200, """{"message": "Ok"}"""), await client.SendAsync("DELETE", $"/api/tags/{id}"));
        Assert.Equal("""["b"]""", (await client.GetNodeAsync($"/api/containers/{uid}"))["tags"]!.ToJsonString());
        Assert.Equal(404, (await client.SendAsync("GET", $"/api/tags/{id}")).Status);
    }

    [Fact]
    public async Task Loopbox_Life_IsAsTheTableSays()
    {
        var (customer, other) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync());
        var (client, uid) = (customer.Client, await customer.NewContainerAsync());
        Assert.Equal((201, """{"message": "Created"}"""), await client.SendAsync("POST", "/api/loopboxes", $$"""{"container": "{{uid}}", "filename": "images/a.img", "mountpoint": "mnt/a", "ro": 1}"""));
        foreach (var (body, expected) in new[]
        {
            ($$"""{"container": {{uid}}, "filename": "images/a.img", "mountpoint": "b"}""", 409),
            ($$"""{"container": {{uid}}, "filename": "b", "mountpoint": "mnt/a"}""", 409),
            ($$"""{"container": {{uid}}, "filename": "b"}""", 403),
            ("""{"container": 39999, "filename": "b", "mountpoint": "c"}""", 403),
            ($$"""{"container": {{uid}}, "filename": null, "mountpoint": "c"}""", 409),
            ("{}", 403),
        })
        {
            Assert.Equal(expected, (await client.SendAsync("POST", "/api/loopboxes", body)).Status);
        }

        Assert.Equal(403, (await other.Client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "b", "mountpoint": "c"}""")).Status);
        foreach (var path in new[] { "/a", "a/", "a/../b", "./a", "a/.b", "a//b", "etc", "logs", "run", "tmp", "vassals", "etc/x", "a b", "a;b", "a$(b)", "" })
        {
            Assert.Equal((409, """{"error": "Conflict"}"""), await client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "{{path}}", "mountpoint": "c"}"""));
            Assert.Equal(409, (await client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "c", "mountpoint": "{{path}}"}""")).Status);
        }

        Assert.Equal(409, (await client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "{{new string('f', 65)}}", "mountpoint": "c"}""")).Status);
        Assert.Equal(400, (await client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "c", "mountpoint": "c", "ro": "false"}""")).Status);
        await client.SendAsync("POST", "/api/tags", """{"name": "t"}""");
        var id = Assert.Single((await client.GetNodeAsync($"/api/loopboxes?container={uid}")).AsArray())!["id"];
        Assert.Equal((200, $$"""{"id": {{id}}, "container": {{uid}}, "filename": "images/a.img", "mountpoint": "mnt/a", "ro": true, "tags": ["t"]}"""), await client.SendAsync("POST", $"/api/loopboxes/{id}", """{"tags": ["t"], "ro": false, "filename": "x"}"""));
        Assert.Single((await client.GetNodeAsync("/api/loopboxes?tags=t")).AsArray());
        Assert.Equal(403, (await client.SendAsync("POST", $"/api/loopboxes/{id}", "{}")).Status);
        Assert.Equal(403, (await other.Client.SendAsync("DELETE", $"/api/loopboxes/{id}")).Status);
        Assert.Equal((200, """{"message": "Ok"}"""), await client.SendAsync("DELETE", $"/api/loopboxes/{id}"));
        Assert.Empty((await client.GetNodeAsync("/api/loopboxes")).AsArray());
    }

    [Fact]
    public async Task News_Anonymous_SeesPublicOnesOnly()
    {
        var customer = await environment.NewCustomerAsync();
        await environment.Operator.CreateAsync("/v1/news", new { content = "for all", @public = true });
        await environment.Operator.CreateAsync("/v1/news", new { content = "for customers" });
        var all = (await customer.Client.GetNodeAsync("/api/news")).AsArray();
        Assert.Equal("for customers", all[0]!["content"]!.GetValue<string>());
        Assert.Equal(["content", "date"], all[0]!.AsObject().Select(static pair => pair.Key).Order());
        Assert.DoesNotContain((await environment.Anonymous().GetNodeAsync("/api/news/")).AsArray(), static node => node!["content"]!.GetValue<string>() == "for customers");
        Assert.Contains((await environment.Basic(customer.Name, "wrong").GetNodeAsync("/api/news")).AsArray(), static node => node!["content"]!.GetValue<string>() == "for all");
    }

    [Fact]
    public async Task Distros_List_HasIdAndName()
    {
        var customer = await environment.NewCustomerAsync();
        Assert.Contains((await customer.Client.GetNodeAsync("/api/distros")).AsArray(), static node => node!.ToJsonString() == """{"id":1,"name":"debian"}""");
    }
}

[Collection("sqlite")]
public sealed class SqliteLegacyObjectTests(SqliteEnvironment environment) : LegacyObjectTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyObjectTests(PostgresEnvironment environment) : LegacyObjectTests(environment);
