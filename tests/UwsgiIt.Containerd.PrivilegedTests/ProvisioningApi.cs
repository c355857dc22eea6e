using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>The real api on this machine, its first server enrolled, and the command line tool for it.</summary>
internal sealed class ProvisioningApi : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly int _plain = FreePorts.Next();
    private readonly int _tls = FreePorts.Next();
    private ChildProcess? _process;

    /// <summary>What a host's agents are configured with.</summary>
    public JsonObject AgentSettings => new() { ["Api"] = $"https://localhost:{_tls}", ["Certificate"] = _folder.File("host.crt"), ["Key"] = _folder.File("host.key"), ["Authority"] = _folder.File("authority.crt") };

    private string Socket => _folder.File("api.sock");

    public async Task StartAsync()
    {
        _process = new ChildProcess("dotnet", [Programs.Assembly("uwsgiit-api"), "--Listener:Endpoints:0:Address", $"127.0.0.1:{_plain}", "--Listener:Endpoints:1:Address", Socket, "--Listener:Endpoints:2:Address", $"127.0.0.1:{_tls}", "--Listener:Endpoints:2:Tls", "true", "--Storage:Directory", _folder.Path]);
        await Eventually.TrueAsync(async () => _process.Process.HasExited ? throw new InvalidOperationException(_process.Output) : await ContainerHost.StatusAsync($"http://127.0.0.1:{_plain}/readyz") == 200, "the api is ready", 120);
    }

    public async Task KillAsync()
    {
        _process!.Signal("KILL");
        await _process.WaitAsync(60);
    }

    public Task InitAsync() => CliAsync("api", "init", "--server", "one", "--memory", "4000", "--storage", "4000", "--output", _folder.Path);

    /// <summary>Runs <c>uwsgiit</c>; anything but success fails the test.</summary>
    public async Task<string> CliAsync(params string[] arguments)
    {
        using var cli = new ChildProcess("dotnet", [Programs.Assembly("uwsgiit"), .. arguments, "--socket", Socket]);
        var code = await cli.WaitAsync(240);
        cli.Process.WaitForExit();
        Assert.True(code == 0, $"uwsgiit {string.Join(' ', arguments)}: {code}\n{cli.Output}\n{_process?.Output}");
        return cli.Output;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var response = await client.GetAsync(new Uri("http://api" + path));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    public void Dispose()
    {
        _process?.Dispose();
        _folder.Dispose();
    }
}
