using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Agents;

/// <summary>What the api says of a host's containers, as files the daemon reads.</summary>
[Collection("sqlite")]
public sealed class ConfiguratorTests(SqliteEnvironment environment)
{
    [Fact]
    public async Task State_OfTheRealApi_BecomesDefinitionsTheDaemonTakes()
    {
        using var directory = new TempDirectory();
        var customer = await environment.NewCustomerAsync();
        var (first, second) = (await customer.NewContainerAsync("one", runnable: true), await customer.NewContainerAsync("two", runnable: true));
        using var set = await customer.Client.PatchJsonAsync($"/v1/containers/{first}", new { cpu_percent = 50, cpu_weight = 200, pids = 64, inodes = 5000, webhook = "https://example.com/x", ssh_keys = new[] { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtpbmRvZmFrZXlmb3J0ZXN0c29ubHkxMjM0NTY3ODkw a", "command=\"x\" ssh-rsa AAAA" } });
        await customer.Client.CreateAsync("/v1/links", new { container = first, to = second });
        await customer.Client.CreateAsync("/v1/loopboxes", new { container = first, filename = "a.img", mountpoint = "mnt" });
        await environment.Operator.CreateAsync("/v1/rules", new { container = first, direction = "out", source = "10.0.0.0/8", destination = "192.0.2.0/24", action = "deny" });
        await customer.Client.CreateAsync("/v1/portmaps", new { container = second, proto = "udp", public_port = 7000, private_port = 7001 });
        var (elsewhere, other) = (await environment.NewServerAsync(), await environment.NewCustomerAsync());
        var far = (await environment.Operator.CreateAsync("/v1/containers", new { name = "far", server = elsewhere.Id, memory = 16, storage = 10, customer = other.Id }))["uid"]!.GetValue<int>();
        await customer.Client.CreateAsync("/v1/links", new { container = second, to = far });
        using var host = await environment.HostAsync(customer.Server);
        var state = System.Text.Json.JsonSerializer.Deserialize<HostContainers>((await host.GetNodeAsync("/v1/host/containers")).ToJsonString(), ApiJson.Options)!;
        var files = new DefinitionFiles(directory.File("containers"));
        Assert.Equal((2, 0, 0), Counts(files.Apply(state)));
        Assert.Equal((0, 0, 0), Counts(files.Apply(state)));
        var path = directory.File($"containers/{first}.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var definition = System.Text.Json.JsonSerializer.Deserialize(await File.ReadAllTextAsync(path), ContainerJson.Default.ContainerDefinition)!;
        Assert.Empty(DefinitionFaults.Find(definition));
        Assert.Equal((100 * 1_048_576L, 0.5, 200, 64, 5000L), (definition.Memory, definition.CpuMax, definition.CpuWeight, definition.Pids, definition.Inodes));
        Assert.Equal([(uint)second], definition.Links);
        Assert.Equal(["out 10.0.0.0/8 192.0.2.0/24 deny"], definition.Rules);
        Assert.Single(definition.SshKeys);
        Assert.Equal("https://example.com/x", definition.Alarms!.Webhook);

        // Beside the definitions, what the gateway reads.
        var network = Networks.Of(state);
        Assert.Equal([new PublicPort { Protocol = "udp", PublicAddress = customer.Server.Address, Port = 7000, Uid = (uint)second, PrivatePort = 7001 }], network.Portmaps);
        Assert.Equal($"{elsewhere.Address}:999", network.Remotes[(uint)far]);
        Assert.Empty(network.Tunnels);

        // All of them gone at once needs a word.
        Assert.Null(files.Apply(state with { Containers = [] }));
        Assert.True(File.Exists(path));
        Assert.Equal((0, 1, 0), Counts(files.Apply(state with { Containers = [state.Containers[0]] })));
        Assert.Equal((0, 1, 0), Counts(files.Apply(state with { Containers = [], Confirmed = true })));
    }

    /// <summary>A server tells where its end of the tunnel is and by which key; those whose containers are linked with its own are told.</summary>
    [Fact]
    public async Task TunnelKey_OfAServer_ReachesTheOthers()
    {
        var (customer, other, elsewhere) = (await environment.NewCustomerAsync(), await environment.NewCustomerAsync(), await environment.NewServerAsync());
        var mine = await customer.NewContainerAsync("mine", runnable: true);
        var far = (await environment.Operator.CreateAsync("/v1/containers", new { name = "far", server = elsewhere.Id, memory = 16, storage = 10, customer = other.Id }))["uid"]!.GetValue<int>();
        await customer.Client.CreateAsync("/v1/links", new { container = mine, to = far });
        using var there = await environment.HostAsync(elsewhere);
        using var here = await environment.HostAsync(customer.Server);
        var before = (await here.GetNodeAsync("/v1/host/containers"))["version"]!.GetValue<long>();
        var key = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        using (var wrong = await there.PostJsonAsync("/v1/host/tunnel", new { public_key = "AAAA", port = 999 }))
        {
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
        }

        using (var told = await there.PostJsonAsync("/v1/host/tunnel", new { public_key = key, port = 1999, wire_guard_port = 51820 }))
        {
            Assert.Equal(System.Net.HttpStatusCode.NoContent, told.StatusCode);
        }

        var state = System.Text.Json.JsonSerializer.Deserialize<HostContainers>((await here.GetNodeAsync("/v1/host/containers")).ToJsonString(), ApiJson.Options)!;
        var network = Networks.Of(state);
        Assert.True(state.Version > before);
        Assert.Equal($"{elsewhere.Address}:1999", network.Remotes[(uint)far]);
        Assert.Equal(key, network.Tunnels[$"{elsewhere.Address}:1999"]);
        Assert.Equal($"{elsewhere.Address}:51820", network.WireGuards[$"{elsewhere.Address}:1999"]);
        Assert.Contains($"gateway {elsewhere.Address}:1999", string.Join('\n', Definitions.Of(state).Single(definition => definition.Uid == mine).Rules), StringComparison.Ordinal);
    }

    private static (int, int, int) Counts((int Written, int Removed, IReadOnlyList<string> Faults)? applied) => (applied!.Value.Written, applied.Value.Removed, applied.Value.Faults.Count);
}
