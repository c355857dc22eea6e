using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>A customer, its dedicated server, and short ways to what tests need of it.</summary>
internal sealed class TestCustomer(ApiEnvironment environment, string name, JsonObject view, TestServer server)
{
    public string Name => name;

    public int Id => view["id"]!.GetValue<int>();

    public Guid Uuid => Guid.Parse(view["uuid"]!.GetValue<string>());

    public TestServer Server => server;

    /// <summary>On either root, by password.</summary>
    public HttpClient Client { get; } = environment.Basic(name, "pass:word");

    /// <summary>uid of a new container on the dedicated server.</summary>
    public async Task<int> NewContainerAsync(string? containerName = null, bool runnable = false)
    {
        using var made = await Client.PostJsonAsync("/api/containers", new { server = server.Address, name = containerName ?? "web", memory = 100, storage = 1000 });
        Assert.Equal(201, (int)made.StatusCode);
        var list = (await Client.GetNodeAsync("/api/containers")).AsArray();
        var uid = list[^1]!["uid"]!.GetValue<int>();
        if (runnable)
        {
            using var set = await Client.PostJsonAsync($"/api/containers/{uid}", new { distro = 1, ssh_keys = new[] { "ssh-ed25519 AAAA one" } });
            Assert.Equal(200, (int)set.StatusCode);
        }

        return uid;
    }

    public async Task<JsonObject> NewDomainAsync(string domain)
    {
        environment.Proof.Proven[(domain.TrimStart('.'), Uuid)] = true;
        using var made = await Client.PostJsonAsync("/api/domains", new { name = domain });
        Assert.Equal(201, (int)made.StatusCode);
        return (JsonObject)JsonNode.Parse(await made.Content.ReadAsStringAsync())!;
    }
}
