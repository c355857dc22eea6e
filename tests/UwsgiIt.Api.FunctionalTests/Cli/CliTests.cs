using System.Diagnostics;
using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Cli;

/// <summary>The command line against the real api: from an empty database to a container, all of it by commands.</summary>
public sealed class CliTests
{
    [Fact]
    public async Task Cli_FromEmptyDatabaseToContainer_EveryStepIsACommand()
    {
        using var directory = new TempDirectory();
        using var api = await ApiProcess.StartAsync(directory.Path, ApiProcess.FreePort(), new Dictionary<string, string>());
        string[] socket = ["--socket", directory.File("api.sock")];
        var (code, text) = await RunAsync(["api", "init", "--admin", "root", "--server", "one", "--address", "127.0.0.1", "--memory", "1000", "--storage", "1000", "--output", directory.File("etc"), .. socket]);
        Assert.True(code == 0, text);
        Assert.Equal(65, (await RunAsync(["api", "init", "--output", directory.File("etc2"), .. socket])).Code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.File("etc/host.key")));
        string[] remote = ["--api", api.Plain.ToString(), "--token", "@" + directory.File("etc/operator.token")];
        Assert.Equal(1, (await JsonAsync(["customers", "create", "name=acme", "password:=123", "key_kind=p-256", .. remote]))["id"]!.GetValue<int>());
        await JsonAsync(["distros", "create", "name=debian", "path=debian", .. remote]);
        var dry = await JsonAsync(["containers", "create", "name=web", "server=1", "memory=100", "storage=100", "customer=1", "--dry-run", .. remote]);
        Assert.Equal("created", dry["changes"]![0]!["action"]!.GetValue<string>());
        var made = await JsonAsync(["containers", "create", "name=web", "server=1", "memory=100", "storage=100", "customer=1", "distro=1", "ssh_keys[]=ssh-ed25519 AAAA a", "ssh_keys[]=ssh-ed25519 BBBB b", "tags[]=blue", .. remote]);
        Assert.Equal((30_001, 2), (made["uid"]!.GetValue<int>(), made["ssh_keys"]!.AsArray().Count));
        Assert.Equal(65, (await RunAsync(["containers", "set", "30001", "memory=100000", .. remote])).Code);
        Assert.Equal(0, (await RunAsync(["containers", "set", "30001", "memory=200", "note=hello", .. remote])).Code);
        (code, text) = await RunAsync(["containers", "list", "search=web", .. remote]);
        Assert.True(code == 0 && text.Contains("30001", StringComparison.Ordinal) && text.Contains("blue", StringComparison.Ordinal), text);
        Assert.Equal(66, (await RunAsync(["containers", "show", "39999", .. remote])).Code);
        Assert.Equal(64, (await RunAsync(["containers", "create", "nonsense", .. remote])).Code);
        Assert.Equal(77, (await RunAsync(["containers", "list", "--api", api.Plain.ToString(), "--token", "uit_wrong"])).Code);
        Assert.Equal(69, (await RunAsync(["containers", "list", "--socket", directory.File("none")])).Code);
        Assert.Equal(36, (await JsonAsync(["api", "call", "POST", "/v1/containers/30001/alarm-key", .. remote]))["alarm_key"]!.GetValue<string>().Length);
        Assert.Equal(0, (await RunAsync(["containers", "delete", "30001", .. remote])).Code);
        Assert.Contains((await JsonAsync(["audit", "list", "kind=container", .. remote])).AsArray(), static item => item!["action"]!.GetValue<string>() == "deleted");
    }

    private static async Task<JsonNode> JsonAsync(string[] arguments)
    {
        var (code, text) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == 0, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<(int Code, string Text)> RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "uwsgiit.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, process.ExitCode == 0 ? await output : await errors);
    }
}
