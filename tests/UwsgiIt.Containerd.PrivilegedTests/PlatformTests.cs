using System.Text.Json.Nodes;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Api, router and daemon together, driven by the command line alone: from an empty database to a served request, and through the api's death.</summary>
public sealed class PlatformTests
{
    private const string SshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtpbmRvZmFrZXlmb3J0ZXN0c29ubHkxMjM0NTY3ODkw test";

    [SkippableFact]
    public async Task CustomerContainerDomain_ByCommandLine_AreServed_AndTheApisDeathIsNotSeen()
    {
        Requirements.Check();
        using var api = new ProvisioningApi();
        await api.StartAsync();
        await api.InitAsync();
        await using var host = await ContainerHost.StartAsync(settings =>
        {
            settings["Agent"] = api.AgentSettings;
            settings["Collector"] = new JsonObject { ["Interval"] = "00:00:01" };
            var path = settings["Path"]!.AsObject();
            path["DefinitionDirectories"]!.AsArray().Add(path["StateDirectory"]!.GetValue<string>() + "/containers");
        });
        await host.StartRouterAsync(settings =>
        {
            settings["Agent"] = api.AgentSettings;
            settings["Agent"]!["Directory"] = host.Folder.File("router-agent");
            settings["Agent"]!["MetricsInterval"] = "00:00:01";
        });

        await api.CliAsync("customers", "create", "name=acme", "password=secret");
        await api.CliAsync("distros", "create", "name=debian", "path=debian-12");
        await api.CliAsync("containers", "create", "name=shop", "server=1", "memory=256", "storage=256", "customer=1", "distro=1", $"ssh_keys[]={SshKey}", "--wait", "120");
        await api.CliAsync("domains", "create", "name=shop.example.com", "customer=1", "--wait", "120");
        Assert.Equal("running", await host.PhaseAsync());
        Announce(host, "shop.example.com");
        await ServedAsync(host, "shop.example.com");

        // What it uses is told.
        await Eventually.TrueAsync(async () => (await api.GetAsync("/v1/metrics/container.mem?container=30001")).AsArray() is [var series] && series!["points"]!.AsArray().Any(static point => point!["value"]!.GetValue<long>() > 0), "measurements", 120);

        await Eventually.TrueAsync(async () => (await api.GetAsync("/v1/metrics/domain.hits?domain=1")).AsArray() is [var hits] && hits!["container"]!.GetValue<int>() == 30_001, "the domain's requests", 120);

        // Without the api nothing changes for who asks the router, and an alarm waits.
        await api.CliAsync("containers", "set", "30001", "memory_threshold=1", "--wait", "120");
        await api.KillAsync();
        for (var i = 0; i < 50; i++)
        {
            using var response = await host.GetAsync("shop.example.com");
            Assert.Equal(200, (int)response.StatusCode);
        }

        await Eventually.TrueAsync(async () => (await host.EventsAsync()).Contains("memory", StringComparison.Ordinal), "an alarm", 120);
        await api.StartAsync();
        await Eventually.TrueAsync(async () => (await api.GetAsync("/v1/alarms"))["items"]!.AsArray().Any(static alarm => alarm!["msg"]!.GetValue<string>().Contains("memory", StringComparison.Ordinal)), "the alarm at the api", 120);

        // And a change is live again, without a restart of the container.
        var before = await host.PidAsync();
        await api.CliAsync("containers", "set", "30001", "memory=300", "--wait", "120");
        Assert.Equal(300 * 1024 * 1024, (await host.ContainerAsync())!.Value.GetProperty("usage").GetProperty("memory_limit").GetInt64());
        Assert.Equal(before, await host.PidAsync());

        // The host's last container goes by an operator's word only.
        await api.CliAsync("containers", "delete", "30001");
        await Eventually.TrueAsync(() => Task.FromResult(host.Daemon.Output.Contains("would remove most containers", StringComparison.Ordinal)), "the refusal", 120);
        Assert.Equal("running", await host.PhaseAsync());
        await api.CliAsync("api", "call", "POST", "/v1/servers/1/confirm-removal");
        await Eventually.TrueAsync(async () => await host.ContainerAsync() is null, "the container has gone", 120);
    }

    private static void Announce(ContainerHost host, string name)
    {
        host.WriteHome("app.py", """
            def application(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"from the container"]
            """);
        host.WriteHome("vassals/app.ini", $"""
            [uwsgi]
            plugin = python3
            master = true
            wsgi-file = /containers/30001/app.py
            domain = {name}
            subscribe-freq = 1
            """);
    }

    private static Task ServedAsync(ContainerHost host, string name) => Eventually.TrueAsync(
        async () =>
        {
            using var response = await host.GetAsync(name);
            return (int)response.StatusCode == 200 && await response.Content.ReadAsStringAsync() == "from the container";
        },
        "the application answers",
        90);
}
