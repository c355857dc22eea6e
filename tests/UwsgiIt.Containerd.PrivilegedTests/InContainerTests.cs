using System.Net;
using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>The api in container 30000 of the platform it provisions, as the original had it: announced like any vassal, followed by the daemon that runs it.</summary>
public sealed class InContainerTests
{
    private const uint Uid = 30_000;
    private const string Name = "api.example.com";
    private const string SshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtpbmRvZmFrZXlmb3J0ZXN0c29ubHkxMjM0NTY3ODkw test";

    [SkippableFact]
    public async Task Api_InItsOwnContainer_IsServedByTheRouter_AndProvisionsItsHost()
    {
        JsonObject settings = [];
        await using var host = await ContainerHost.StartAsync(given =>
        {
            settings = given;
            var path = given["Path"]!.AsObject();
            path["DefinitionDirectories"]!.AsArray().Add(path["StateDirectory"]!.GetValue<string>() + "/containers");
        });
        await host.StartRouterAsync();
        var agent = host.Folder.File("agent");
        await CliAsync(host, "api", "init", "--in-container", "--domain", Name, "--distro", "debian-12", "--program", Path.Combine(Captures.SourceRoot, "api/UwsgiIt.Api/bin/Release/net10.0"),
            "--definitions", host.Folder.File("definitions"), "--keys", host.Folder.File("keys"), "--container-memory", "512", "--container-storage", "2000", "--server", "one", "--memory", "4000", "--storage", "4000", "--output", agent);

        // Its customers come by the router. That this one is root's, and on the same socket, makes nobody an operator.
        await Eventually.TrueAsync(async () => await StatusAsync(host, "/healthz") == HttpStatusCode.OK, $"the api answers on its name; {host.Router!.Output}", 120);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, "/api/me"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, "/v1/servers"));
        Assert.Equal("running", await host.PhaseAsync(Uid));

        // The daemon follows the api that runs in a container of its own, and leaves that container alone.
        settings["Agent"] = new JsonObject { ["Api"] = "https://localhost", ["Socket"] = "/containers/30000/hosts.sock", ["Certificate"] = agent + "/host.crt", ["Key"] = agent + "/host.key", ["Authority"] = agent + "/authority.crt" };
        var before = await host.PidAsync(Uid);
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync(60);
        await host.StartDaemonAsync();
        await ApiAsync(host, "customers", "create", "name=acme", "password=secret");
        await ApiAsync(host, "distros", "create", "name=debian", "path=debian-12");
        await ApiAsync(host, "containers", "create", "name=shop", "server=1", "memory=256", "storage=256", "customer=1", "distro=1", $"ssh_keys[]={SshKey}", "--wait", "120");
        Assert.Equal("running", await host.PhaseAsync());
        Assert.Equal(before, await host.PidAsync(Uid));
        using (var login = new HttpRequestMessage(HttpMethod.Get, $"http://{host.Http}/api/me"))
        {
            login.Headers.Host = Name;
            login.Headers.Authorization = new("Basic", Convert.ToBase64String("acme:secret"u8));
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
            using var response = await client.SendAsync(login);
            Assert.Contains("30001", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // Killed from inside, it is started again by its Emperor, on the same database.
        var (code, output) = await host.ShellAsync("kill -9 $(pidof uwsgiit-api)", Uid);
        Assert.True(code == 0, output);
        await Eventually.TrueAsync(async () => await StatusAsync(host, "/healthz") == HttpStatusCode.OK, "the api is back", 120);
        await ApiAsync(host, "containers", "set", "30001", "memory=300", "--wait", "120");
        Assert.Equal(300 * 1024 * 1024, (await host.ContainerAsync())!.Value.GetProperty("usage").GetProperty("memory_limit").GetInt64());
    }

    private static async Task<HttpStatusCode> StatusAsync(ContainerHost host, string path)
    {
        using var response = await host.GetAsync(Name, path);
        return response.StatusCode;
    }

    private static Task ApiAsync(ContainerHost host, params string[] arguments) => CliAsync(host, [.. arguments, "--socket", $"/containers/{Uid}/api.sock"]);

    private static async Task CliAsync(ContainerHost host, params string[] arguments)
    {
        var cli = host.Inside(["dotnet", Programs.Assembly("uwsgiit"), .. arguments]);
        var code = await cli.WaitAsync(240);
        cli.Process.WaitForExit();
        Assert.True(code == 0, $"uwsgiit {string.Join(' ', arguments)}: {code}\n{cli.Output}\n{host.Daemon.Output}");
    }
}
