using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>
/// A host of its own for one test: a mount namespace in which /containers is a folder of the test's, cgroups under a name of its own, the real
/// daemon, and the real router where asked for. All of it is gone afterwards.
/// </summary>
internal sealed class ContainerHost : IAsyncDisposable
{
    public const uint FirstUid = 30_001;

    private readonly ChildProcess _namespace;
    private readonly List<ChildProcess> _owned = [];
    private readonly JsonObject _settings;
    private readonly TempDirectory _folder = new();
    private readonly RSA _customer = RSA.Create(2048);

    private ContainerHost(Action<JsonObject>? configure, string? mount)
    {
        foreach (var name in (string[])["containers", "definitions", "run", "keys"])
        {
            Directory.CreateDirectory(Folder.File(name));
        }

        Directory.CreateDirectory("/containers");
        _namespace = new ChildProcess("unshare", ["--mount", "--propagation", "private", "sh", "-ec", $"{mount ?? $"mount --bind '{Folder.File("containers")}' /containers"}; echo ready; exec sleep infinity"]);
        CgroupParent = "uwsgiit-test-" + Path.GetFileName(Folder.Path)[8..];
        _settings = new JsonObject
        {
            ["Path"] = new JsonObject
            {
                ["ContainersRoot"] = "/containers",
                ["DistrosRoot"] = Programs.Distros,
                ["DefinitionDirectories"] = new JsonArray(Folder.File("definitions")),
                ["StateDirectory"] = Folder.File("state"),
                ["RuntimeDirectory"] = RuntimeDirectory,
                ["SubscribeDirectory"] = Folder.File("run/subscribe"),
                ["EmperorPath"] = Programs.Emperor,
            },
            ["Cgroup"] = new JsonObject { ["Parent"] = CgroupParent },
            ["Quota"] = new JsonObject { ["Backend"] = "none" },
            ["Start"] = new JsonObject { ["BackOff"] = "00:00:00.2" },
            ["Admin"] = new JsonObject { ["Address"] = Admin.ToString() },
        };
        configure?.Invoke(_settings);
        Directory.CreateDirectory(Folder.File("run/subscribe"));
    }

    public static bool IsLong => Environment.GetEnvironmentVariable("UWSGIIT_LONG") == "1";

    public string CgroupParent { get; }

    public TempDirectory Folder => _folder;

    public string RuntimeDirectory => Folder.File("run");

    public IPEndPoint Admin { get; } = new(IPAddress.Loopback, FreePort());

    public IPEndPoint Http { get; } = new(IPAddress.Loopback, FreePort());

    public IPEndPoint RouterAdmin { get; } = new(IPAddress.Loopback, FreePort());

    public ChildProcess Daemon { get; private set; } = null!;

    public ChildProcess? Router { get; private set; }

    /// <summary>Starts the daemon; skips the test where that cannot be. <paramref name="mount"/> puts something else than a folder at /containers.</summary>
    public static async Task<ContainerHost> StartAsync(Action<JsonObject>? configure = null, string? mount = null)
    {
        Requirements.Check();
        var host = new ContainerHost(configure, mount);
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(host._namespace.Output.Contains("ready", StringComparison.Ordinal)), "the mount namespace is there", 60);
            PrepareDistro("debian-12");
            await host.StartDaemonAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async Task StartDaemonAsync()
    {
        File.WriteAllText(Folder.File("containerd.json"), _settings.ToJsonString());
        Daemon = Inside("dotnet", Programs.Assembly("uwsgiit-containerd"), "--config", Folder.File("containerd.json"));
        await Eventually.TrueAsync(async () => Daemon.Process.HasExited ? throw new InvalidOperationException(Daemon.Output) : await StatusAsync($"http://{Admin}/readyz") == 200, "the daemon is ready", 60);
    }

    /// <summary>Starts the router, as root or as somebody who has what a service's user has.</summary>
    public async Task StartRouterAsync(Action<JsonObject>? configure = null, uint? user = null)
    {
        var settings = new JsonObject
        {
            ["Listener"] = new JsonObject { ["Endpoints"] = new JsonArray(new JsonObject { ["Address"] = Http.ToString() }) },
            ["State"] = new JsonObject { ["Directory"] = Folder.File("router-state") },
            ["Subscription"] = new JsonObject
            {
                ["UnixSockets"] = new JsonArray(new JsonObject { ["Path"] = Folder.File("run/subscribe/http") }),
                ["KeyDirectories"] = new JsonArray(Folder.File("keys")),
            },
            ["Registry"] = new JsonObject { ["Tolerance"] = "00:01:00" },
            ["Admin"] = new JsonObject { ["Address"] = RouterAdmin.ToString() },
        };
        configure?.Invoke(settings);
        File.WriteAllText(Folder.File("router.json"), settings.ToJsonString());
        if (user is { } id)
        {
            Directory.CreateDirectory(Folder.File("router-state"));
            File.SetUnixFileMode(Folder.Path, (UnixFileMode)0x1C9);
            Chown(Folder.File("router-state"), id);
            Chown(Folder.File("run/subscribe"), id);
        }

        string[] asUser = user is { } own ? ["setpriv", $"--reuid={own}", $"--regid={own}", "--clear-groups", "--"] : [];
        Router = Inside([.. asUser, "dotnet", Programs.Assembly("uwsgiit-router"), "--config", Folder.File("router.json")]);
        await Eventually.TrueAsync(async () => Router.Process.HasExited ? throw new InvalidOperationException(Router.Output) : await StatusAsync($"http://{RouterAdmin}/readyz") == 200, "the router is ready", 60);
    }

    /// <summary>A definition with a customer's keys; more by <paramref name="change"/>.</summary>
    public void Define(uint uid = FirstUid, Action<JsonObject>? change = null)
    {
        var definition = new JsonObject
        {
            ["uid"] = uid,
            ["name"] = $"test {uid}",
            ["distro"] = "debian-12",
            ["memory"] = 256 * 1024 * 1024,
            ["storage"] = 256 * 1024 * 1024,
            ["private_key"] = _customer.ExportRSAPrivateKeyPem(),
            ["public_key"] = _customer.ExportSubjectPublicKeyInfoPem(),
        };
        change?.Invoke(definition);
        var file = Folder.File($"definitions/{uid}.json");
        File.WriteAllText(file + ".new", definition.ToJsonString());
        File.Move(file + ".new", file, overwrite: true);
    }

    public void Remove(uint uid = FirstUid) => File.Delete(Folder.File($"definitions/{uid}.json"));

    /// <summary>Lets the customer's key serve a name.</summary>
    public void AllowName(string name) => File.WriteAllText(Folder.File("keys/" + PublicKey.FileName(name)), _customer.ExportSubjectPublicKeyInfoPem());

    public async Task<JsonElement> StatsAsync()
    {
        using var client = ControlClient();
        using var document = JsonDocument.Parse(await client.GetStringAsync("http://control/stats"));
        return document.RootElement.Clone();
    }

    public async Task<JsonElement?> ContainerAsync(uint uid = FirstUid) =>
        (await StatsAsync()).GetProperty("containers").EnumerateArray().Where(item => item.GetProperty("uid").GetUInt32() == uid).Select(static item => (JsonElement?)item).FirstOrDefault();

    public async Task<string> PhaseAsync(uint uid = FirstUid) => await ContainerAsync(uid) is { } container ? container.GetProperty("phase").GetString()! : "";

    public async Task RunningAsync(uint uid = FirstUid)
    {
        try
        {
            await Eventually.TrueAsync(async () => await PhaseAsync(uid) == "running", $"container {uid} runs", 60);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            // What the daemon says of it is known only now.
            Assert.Fail($"{e.Message} {(await StatsAsync()).GetProperty("faults")} {await ContainerAsync(uid)} {Daemon.Output}");
        }
    }

    public async Task<int> PidAsync(uint uid = FirstUid) => (await ContainerAsync(uid))!.Value.GetProperty("process_id").GetInt32();

    /// <summary>The last events, a line of JSON each.</summary>
    public async Task<string> EventsAsync()
    {
        using var client = ControlClient();
        return await client.GetStringAsync("http://control/events?last=1000");
    }

    public async Task<int> PostAsync(string path)
    {
        using var client = ControlClient();
        using var response = await client.PostAsync(new Uri("http://control" + path), null);
        return (int)response.StatusCode;
    }

    /// <summary>Runs a line of shell inside a container, as its customer.</summary>
    public Task<(int Code, string Output)> ShellAsync(string line, uint uid = FirstUid, int seconds = 60) => ExecuteAsync(uid, seconds, "sh", "-c", line);

    public async Task<(int Code, string Output)> ExecuteAsync(uint uid, int seconds, params string[] arguments)
    {
        using var relay = Enter(uid, arguments);
        var code = await relay.WaitAsync(seconds);
        relay.Process.WaitForExit();
        return (code, relay.Output);
    }

    /// <summary>A session that goes on until it is disposed of.</summary>
    public ChildProcess Enter(uint uid, params string[] arguments) =>
        new("dotnet", [Programs.Assembly("uwsgiit-relay"), "session", uid.ToString(CultureInfo.InvariantCulture), "--", .. arguments], new Dictionary<string, string> { ["UWSGIIT_RUNTIME_DIRECTORY"] = RuntimeDirectory });

    /// <summary>A path of the container's home, as the host sees it.</summary>
    public string Home(string path = "", uint uid = FirstUid) => Folder.File($"containers/{uid}/{path}");

    /// <summary>Writes a file as its customer would have: whole and his when it appears, since vassals are looked at as they are written.</summary>
    public void WriteHome(string path, string content, uint uid = FirstUid)
    {
        var file = Home(path, uid);
        File.WriteAllText(file + ".new", content);
        Chown(file + ".new", uid);
        File.Move(file + ".new", file, overwrite: true);
    }

    public static void Chown(string path, uint uid) => Shell("chown", "-h", $"{uid}:{uid}", path);

    public ChildProcess Inside(params string[] command)
    {
        var process = new ChildProcess("nsenter", ["--mount", $"--target={NamespaceProcess}", "--wd=/", "--", .. command]);
        _owned.Add(process);
        return process;
    }

    public async Task<HttpResponseMessage> GetAsync(string host, string path = "/")
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Http}{path}");
        request.Headers.Host = host;
        return await client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_owned))
        {
            process.Dispose();
        }

        await KillCgroupsAsync();
        _namespace.Dispose();
        _customer.Dispose();
        Folder.Dispose();
    }

    /// <summary>Cgroup directories of this host's containers that are there.</summary>
    public IReadOnlyList<string> Cgroups() =>
        [.. Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Select(mount => $"{mount}/{CgroupParent}").Where(Directory.Exists)];

    /// <summary>What "distro prepare" does to a fresh one.</summary>
    public static void PrepareDistro(string name) => Shell("dotnet", Programs.Assembly("uwsgiit-containerd"), "--prepare-distro", $"{Programs.Distros}/{name}", "--Path:ContainersRoot", "/containers");

    /// <summary>Waits until a name answers so.</summary>
    public Task AnswersAsync(string name, string expected, int seconds = 60) => Eventually.TrueAsync(
        async () =>
        {
            using var response = await GetAsync(name);
            return (int)response.StatusCode == 200 && await response.Content.ReadAsStringAsync() == expected;
        },
        $"{name} answers",
        seconds);

    public static int FreePort() => FreePorts.Next();

    public static async Task<int> StatusAsync(string address)
    {
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            using var response = await client.GetAsync(new Uri(address));
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public static void Shell(params string[] command)
    {
        using var process = System.Diagnostics.Process.Start(command[0], command[1..]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private int NamespaceProcess => _namespace.ProgramId;

    private HttpClient ControlClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(RuntimeDirectory + "/containerd.sock"), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private async Task KillCgroupsAsync()
    {
        for (var round = 0; round < 200 && Cgroups() is { Count: > 0 } left; round++)
        {
            foreach (var group in left)
            {
                foreach (var procs in Directory.EnumerateFiles(group, "cgroup.procs", SearchOption.AllDirectories))
                {
                    foreach (var pid in File.ReadAllLines(procs))
                    {
                        using var kill = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("kill", ["-9", pid]) { RedirectStandardError = true })!;
                        await kill.WaitForExitAsync();
                    }
                }

                foreach (var directory in Directory.EnumerateDirectories(group, "*", SearchOption.AllDirectories).OrderByDescending(static name => name.Length).Append(group))
                {
                    try
                    {
                        Directory.Delete(directory);
                    }
                    catch (IOException)
                    {
                        // The next round.
                    }
                }
            }

            await Task.Delay(20);
        }
    }
}
