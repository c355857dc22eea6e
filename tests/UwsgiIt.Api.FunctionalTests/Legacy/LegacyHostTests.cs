using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Legacy;

/// <summary>Contract section 3: what node daemons ask.</summary>
public abstract class LegacyHostTests(ApiEnvironment environment)
{
    private static readonly string[] Lists = ["containers/", "nodes/", "legion/nodes/", "domains/rsa/", "custom_services/", "loopboxes/", "portmappings/", "serverfilemetadata/"];

    [Fact]
    public async Task Private_Login_IsCertificateAndAddress()
    {
        var server = await environment.NewServerAsync();
        var elsewhere = await environment.HostAsync(server with { Address = "127.9.9.9" }, bind: false);
        var (unbound, none) = (await environment.HostAsync(server, bind: false), environment.CertificateClient(null, server.Address));
        var foreign = TestCertificates.Authority("other");
        var stranger = environment.CertificateClient(foreign.Client("x").Certificate, server.Address);
        foreach (var path in Lists)
        {
            Assert.Equal(200, (await unbound.SendAsync("GET", "/api/private/" + path)).Status);
            Assert.Equal((403, """{"error": "Forbidden"}"""), await none.SendAsync("GET", "/api/private/" + path));
            Assert.Equal((403, """{"error": "Forbidden"}"""), await stranger.SendAsync("GET", "/api/private/" + path));
            Assert.Equal((403, "Forbidden\n"), await elsewhere.SendAsync("GET", "/api/private/" + path));
        }

        // Once one certificate is bound, the others of ours are worth nothing for this server.
        var bound = await environment.HostAsync(server);
        Assert.Equal((403, "Forbidden\n"), await unbound.SendAsync("GET", "/api/private/containers/"));
        foreach (var path in Lists)
        {
            Assert.Equal(200, (await bound.SendAsync("GET", "/api/private/" + path)).Status);
            Assert.Equal(301, (await bound.SendAsync("GET", "/api/private/" + path.TrimEnd('/'))).Status);
            Assert.Equal(405, (await bound.SendAsync("PUT", "/api/private/" + path)).Status);
        }

        bound.DefaultRequestHeaders.Add("X-Forwarded-For", "127.9.9.9");
        Assert.Equal(200, (await bound.SendAsync("GET", "/api/private/containers/")).Status);
    }

    [Fact]
    public async Task Private_Containers_OnlyThoseThatCanRunOnThisServer()
    {
        var customer = await environment.NewCustomerAsync();
        var (runs, idle) = (await customer.NewContainerAsync(runnable: true), await customer.NewContainerAsync());
        var (host, other) = (await environment.HostAsync(customer.Server), await environment.HostAsync(await environment.NewServerAsync()));
        var only = Assert.Single((await host.GetNodeAsync("/api/private/containers/")).AsArray())!;
        Assert.Equal(["mtime", "ssh_keys_mtime", "uid"], only.AsObject().Select(static pair => pair.Key).Order());
        Assert.Equal(runs, only["uid"]!.GetValue<int>());
        Assert.Equal((200, "ssh-ed25519 AAAA one"), await host.SendAsync("GET", $"/api/private/ssh_keys/{runs}"));
        var definition = await host.GetNodeAsync($"/api/private/containers/{runs}.ini");
        Assert.Equal((100 * 1_048_576L, 1000 * 1_048_576L, "debian"), (definition["memory_bytes"]!.GetValue<long>(), definition["quota_bytes"]!.GetValue<long>(), definition["distro"]!.GetValue<string>()));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", definition["private_key"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal((403, "Forbidden\n"), await host.SendAsync("GET", $"/api/private/ssh_keys/{idle}"));
        Assert.Equal((403, "Forbidden\n"), await host.SendAsync("GET", $"/api/private/containers/{idle}.ini"));
        Assert.Equal((403, "Forbidden\n"), await other.SendAsync("GET", $"/api/private/containers/{runs}.ini"));
        await customer.Client.SendAsync("POST", $"/api/containers/{runs}", """{"ssh_keys": []}""");
        Assert.Empty((await host.GetNodeAsync("/api/private/containers/")).AsArray());
    }

    [Fact]
    public async Task Private_Keys_EachCustomerOnceWithItsDomains()
    {
        var customer = await environment.NewCustomerAsync();
        await customer.NewContainerAsync();
        await customer.NewContainerAsync();
        var domain = await customer.NewDomainAsync($"{environment.NewName()}.example.org");
        var host = await environment.HostAsync(customer.Server);
        var only = Assert.Single((await host.GetNodeAsync("/api/private/domains/rsa/")).AsArray())!;
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", only["rsa"]!.GetValue<string>(), StringComparison.Ordinal);
        var named = Assert.Single(only["domains"]!.AsArray())!;
        Assert.Equal(domain["name"]!.GetValue<string>(), named["name"]!.GetValue<string>());
        Assert.True(named["mtime"]!.GetValue<long>() > 1_600_000_000);
    }

    [Fact]
    public async Task Private_Lists_HaveTheFieldsOfTheContract()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        var host = await environment.HostAsync(customer.Server);
        var second = await environment.NewServerAsync();
        await customer.Client.SendAsync("POST", "/api/loopboxes", $$"""{"container": {{uid}}, "filename": "f", "mountpoint": "m"}""");
        await customer.Client.SendAsync("POST", $"/api/portmappings/{customer.Server.Address}", $$"""{"proto": "tcp", "public_port": 8080, "private_port": 8000, "container": {{uid}}}""");
        var service = await environment.Operator.CreateAsync("/v1/custom-services", new { name = environment.NewName("s"), customer = customer.Id, server = customer.Server.Id, config = "[uwsgi]\n" });
        var legion = await environment.Operator.CreateAsync("/v1/legions", new { name = environment.NewName("l"), address = "192.0.2.1", key = "k", members = new[] { new { server = customer.Server.Id, weight = 1 }, new { server = second.Id, weight = 2 } } });
        var file = environment.NewName("/etc/f");
        await environment.Operator.CreateAsync("/v1/collected-files", new { filename = file });
        Assert.Equal(["filename", "id", "mountpoint", "ro", "uid"], (await host.GetNodeAsync("/api/private/loopboxes/"))[0]!.AsObject().Select(static pair => pair.Key).Order());
        var portmaps = await host.GetNodeAsync("/api/private/portmappings/");
        Assert.Equal(["private_ip", "private_port", "proto", "public_ip", "public_port"], portmaps["mappings"]![0]!.AsObject().Select(static pair => pair.Key).Order());
        Assert.True(portmaps["unix"]!.GetValue<long>() > 1);
        Assert.Equal(["config", "customer", "id", "mtime"], (await host.GetNodeAsync("/api/private/custom_services/"))[0]!.AsObject().Select(static pair => pair.Key).Order());
        var nodes = await host.GetNodeAsync("/api/private/nodes/");
        Assert.Contains(second.Address, nodes["nodes"]!.AsArray().Select(static node => node!.GetValue<string>()));
        Assert.DoesNotContain(customer.Server.Address, nodes["nodes"]!.AsArray().Select(static node => node!.GetValue<string>()));
        Assert.Equal([second.Address], (await host.GetNodeAsync("/api/private/legion/nodes/"))["nodes"]!.AsArray().Select(static node => node!.GetValue<string>()));
        Assert.Contains(file, (await host.GetNodeAsync("/api/private/serverfilemetadata/")).AsArray().Select(static node => node!.GetValue<string>()));
        Assert.Equal((201, "Created\n"), await host.SendAsync("POST", "/api/private/serverfilemetadata/", $$"""{"file": "{{file}}", "value": "one"}"""));
        Assert.Equal((201, "Created\n"), await host.SendAsync("POST", "/api/private/serverfilemetadata/", $$"""{"file": "{{file}}", "value": "two"}"""));
        Assert.Equal((403, "Forbidden\n"), await host.SendAsync("POST", "/api/private/serverfilemetadata/", """{"file": "/etc/shadow", "value": "x"}"""));
        Assert.Equal("two", (await environment.Operator.GetNodeAsync($"/v1/collected-values?server={customer.Server.Id}"))[0]!["value"]!.GetValue<string>());
        Assert.Equal((201, "Created\n"), await host.SendAsync("POST", $"/api/private/alarms/{uid}?unix=77", "OUT OF MEMORY"));
        var alarm = (await customer.Client.GetNodeAsync("/api/alarms"))[0]!;
        Assert.Equal((0, 77, "OUT OF MEMORY"), (alarm["level"]!.GetValue<int>(), alarm["unix"]!.GetValue<int>(), alarm["msg"]!.GetValue<string>()));
        Assert.NotNull(service);
        Assert.NotNull(legion);
    }

    [Fact]
    public async Task Privileged_SecretUuids_ForRegisteredMachinesOnly()
    {
        var customer = await environment.NewCustomerAsync();
        var uid = await customer.NewContainerAsync(runnable: true);
        var machine = await environment.NewServerAsync();
        var client = await environment.HostAsync(machine);
        Assert.Equal((403, "Forbidden\n"), await client.SendAsync("GET", "/api/privileged/secret_uuids/"));
        await environment.Operator.CreateAsync("/v1/privileged-clients", new { name = machine.Name, address = machine.Address });
        var row = (await client.GetNodeAsync("/api/privileged/secret_uuids/")).AsArray().Single(node => node!["uid"]!.GetValue<int>() == uid)!;
        Assert.Equal(["address", "mtime", "secret_uuid", "uid"], row.AsObject().Select(static pair => pair.Key).Order());
        Assert.Equal(customer.Server.Address, row["address"]!.GetValue<string>());
    }
}

[Collection("sqlite")]
public sealed class SqliteLegacyHostTests(SqliteEnvironment environment) : LegacyHostTests(environment);

[Collection("postgres")]
public sealed class PostgresLegacyHostTests(PostgresEnvironment environment) : LegacyHostTests(environment);
