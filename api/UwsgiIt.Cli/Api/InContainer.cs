using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Cli.Api;

/// <summary>
/// Puts the api into container 30000 of the platform itself, where the original had it: 1 the key its announcements are verified with, 2 its
/// container's definition, an operator's and so none that the api could remove, 3 program and settings in its home, once the daemon has made that,
/// 4 a vassal file, whole, 5 the wait for its socket. Its customers come through the router, like anybody's; operators and the agents of this
/// host through sockets in its home, which need no network.
/// </summary>
internal sealed class InContainer
{
    public const uint Uid = 30_000;
    private const int KeyBits = 2048;
    private const int Megabyte = 1_048_576;
    private const int PrivateMode = 0b110_000_000;

    /// <summary>How long the daemon may take to make the home, and the api to answer. The first start makes its database.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>The name it is announced by.</summary>
    public required string Domain { get; init; }

    /// <summary>Directory below the distros' root.</summary>
    public required string Distro { get; init; }

    /// <summary>Folder of the built api.</summary>
    public required string Program { get; init; }

    /// <summary>Folder of the operator's container definitions.</summary>
    public required string Definitions { get; init; }

    /// <summary>Folder of the public keys that routers verify with.</summary>
    public required string Keys { get; init; }

    /// <summary>Folder of homes, the same inside and out.</summary>
    public required string Containers { get; init; }

    /// <summary>Of its container, in MB.</summary>
    public required int MemoryMegabytes { get; init; }

    /// <summary>Of its container, in MB.</summary>
    public required int StorageMegabytes { get; init; }

    /// <summary>Where operators reach it.</summary>
    public string OperatorSocket => $"{Home}/api.sock";

    /// <summary>What this host's agents are set to.</summary>
    public string HostSocket => $"{Home}/hosts.sock";

    private string Home => $"{Containers}/{Uid.ToString(CultureInfo.InvariantCulture)}";

    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists($"{Program}/uwsgiit-api"))
        {
            throw new UsageException($"--program {Program} has no uwsgiit-api in it");
        }

        Define();
        await UntilAsync(() => Directory.Exists($"{Home}/vassals"), $"{Home} was not made: is uwsgiit-containerd running, and {Definitions} one of its Path:DefinitionDirectories?", cancellationToken);

        // The program stays root's: what breaks into the api cannot change it. It is put there before anything in the home runs.
        CopyFolder(Program, $"{Home}/api");
        var runtime = File.Exists($"{Program}/libcoreclr.so") ? null : RuntimeRoot();
        if (runtime is not null)
        {
            CopyRuntime(runtime, $"{Home}/dotnet");
        }

        using (var home = SafeDirectory.Open(Home))
        using (var vassals = home.OpenDirectory("vassals"))
        {
            home.WriteFile("api.json", Encoding.UTF8.GetBytes(Settings().ToJsonString()), Uid, Uid, PrivateMode);
            vassals.WriteFile("api.ini", Encoding.UTF8.GetBytes(Vassal(runtime is not null)), Uid, Uid, PrivateMode);
        }

        await UntilAsync(Answers, $"the api did not start: look at uwsgiit ctl logs {Uid.ToString(CultureInfo.InvariantCulture)}", cancellationToken);
    }

    private void Define()
    {
        var file = $"{Uid.ToString(CultureInfo.InvariantCulture)}.json";
        if (File.Exists($"{Definitions}/{file}"))
        {
            // A run that was cut short is gone on with: another key would not be the container's.
            return;
        }

        using var key = RSA.Create(KeyBits);
        HostKey.Write(Keys, PublicKey.FileName(Domain), key.ExportSubjectPublicKeyInfoPem(), secret: false);
        var definition = new JsonObject
        {
            ["uid"] = Uid,
            ["name"] = "api",
            ["distro"] = Distro,
            ["memory"] = (long)MemoryMegabytes * Megabyte,
            ["storage"] = (long)StorageMegabytes * Megabyte,
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["public_key"] = key.ExportSubjectPublicKeyInfoPem(),
        };
        HostKey.Write(Definitions, file, definition.ToJsonString(), secret: true);
    }

    private JsonObject Settings() => new()
    {
        ["Listener"] = new JsonObject
        {
            ["Endpoints"] = new JsonArray(
                new JsonObject { ["Address"] = $"{Home}/http.sock", ["Proxied"] = true, ["Mode"] = "0666" },
                new JsonObject { ["Address"] = OperatorSocket },
                new JsonObject { ["Address"] = HostSocket, ["Tls"] = true, ["Mode"] = "0666" },
                new JsonObject { ["Address"] = "0.0.0.0:8009", ["Tls"] = true }),
            ["Names"] = new JsonArray("localhost", Domain),
        },
        ["Storage"] = new JsonObject { ["Directory"] = $"{Home}/data" },
    };

    // Without the globalization library: distros need not have it, and names are turned to A-labels without it too.
    private string Vassal(bool withRuntime) => $"""
        [program]
        exec = {Home}/api/uwsgiit-api --config {Home}/api.json
        cwd = {Home}
        env = HOME={Home}
        env = DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
        {(withRuntime ? $"env = DOTNET_ROOT={Home}/dotnet" : "")}
        domain = {Domain}
        proto = http
        socket = {Home}/http.sock

        """;

    private bool Answers()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(OperatorSocket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string problem, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (!condition())
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(problem);
        }
    }

    /// <summary>The folder of the shared runtime this tool runs on: its frameworks lie two below.</summary>
    private static string RuntimeRoot() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    /// <summary>What a program needs of a shared runtime, and not the tools beside it.</summary>
    private static void CopyRuntime(string root, string target)
    {
        var version = Path.GetFileName(Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()));
        CopyFolder($"{root}/host", $"{target}/host");
        foreach (var framework in (string[])["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"])
        {
            CopyFolder($"{root}/shared/{framework}/{version}", $"{target}/shared/{framework}/{version}");
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(to + folder[from.Length..]);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, to + file[from.Length..], overwrite: true);
        }
    }
}
