using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Router.FunctionalTests;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>
/// The real, native Emperor as pid 1 of its own pid and mount namespace, under a uid of its own with the three capabilities, over the home of
/// a customer of its own.
/// </summary>
internal sealed class EmperorEnvironment : IAsyncDisposable
{
    private const uint EmperorUid = 150_000;
    private static uint _lastUid = 31_000;
    private static readonly Lazy<string> Binary = new(CopyBinary);

    private readonly JsonObject _settings;
    private ChildProcess? _process;

    public EmperorEnvironment(Action<JsonObject>? configure = null)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root: the Emperor starts with capabilities and in namespaces of its own");
        Uid = Interlocked.Increment(ref _lastUid);
        File.SetUnixFileMode(Folder.Path, (UnixFileMode)0x1ED);
        Home = Folder.File($"{Uid}");
        foreach (var name in new[] { "", "vassals", "logs", "run", "etc", "bin" })
        {
            Directory.CreateDirectory(Path.Combine(Home, name));
        }

        _settings = new JsonObject
        {
            ["Uid"] = Uid,
            ["Gid"] = Uid,
            ["Home"] = Home,
            ["VassalDirectory"] = InHome("vassals"),
            ["LogFile"] = InHome("logs/emperor.log"),
            ["StatsAddress"] = InHome("run/stats.sock"),
            ["SubscribeSocket"] = Folder.File("announce.sock"),
        };
        configure?.Invoke(_settings);
        File.WriteAllText(Folder.File("emperor.json"), _settings.ToJsonString());
        Own(Home);
    }

    public TempDirectory Folder { get; } = new();

    public uint Uid { get; }

    public string Home { get; }

    /// <summary>Pid of the Emperor as seen from here.</summary>
    public int ProcessId { get; private set; }

    public string Log => File.Exists(InHome("logs/emperor.log")) ? File.ReadAllText(InHome("logs/emperor.log")) : "";

    public static async Task<EmperorEnvironment> StartAsync(Action<JsonObject>? configure = null)
    {
        var environment = new EmperorEnvironment(configure);
        await environment.StartEmperorAsync();
        return environment;
    }

    public async Task StartEmperorAsync(Func<Task<bool>>? isUp = null)
    {
        const string Capabilities = "-all,+setuid,+setgid,+kill";
        _process = new ChildProcess("unshare", [
            "--pid", "--mount", "--fork", "--kill-child", "--mount-proc",
            .. _settings.ContainsKey("ControlDescriptor") ? WithControlSocket() : [], "setpriv", $"--reuid={EmperorUid}", $"--regid={EmperorUid}", "--clear-groups", "--no-new-privs",
            $"--inh-caps={Capabilities}", $"--ambient-caps={Capabilities}", $"--bounding-set={Capabilities}",
            Binary.Value, "supervise", Folder.File("emperor.json")]);
        isUp ??= () => Task.FromResult(Log.Contains("up for uid", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => _process.Process.HasExited ? throw new InvalidOperationException(_process.Output) : isUp(), "the Emperor is up", 60);
        ProcessId = Children(_process.ProgramId).Single();
    }

    public string InHome(string name) => Path.Combine(Home, name);

    /// <summary>Writes a file of the customer's under a temporary name and moves it into place.</summary>
    public void Write(string name, string text, bool isExecutable = false)
    {
        var path = InHome(name);
        var temporary = Folder.File(Path.GetRandomFileName());
        File.WriteAllText(temporary, text);
        File.SetUnixFileMode(temporary, (UnixFileMode)(isExecutable ? 0x1ED : 0x1A4));
        Own(temporary);
        File.Move(temporary, path, overwrite: true);
    }

    public void WriteVassal(string name, string text) => Write("vassals/" + name, text);

    public void RemoveVassal(string name) => File.Delete(InHome("vassals/" + name));

    public void Touch(string name) => File.SetLastWriteTimeUtc(InHome("vassals/" + name), DateTime.UtcNow);

    public Task LoggedAsync(string text, int times = 1, int seconds = 60) =>
        Eventually.TrueAsync(() => Task.FromResult(Log.Split(text).Length > times), $"the log says {times} times '{text}'. It says: {Log}", seconds);

    public async Task<JsonElement> StatsAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(InHome("run/stats.sock")));
        await using var stream = new NetworkStream(socket);
        using var document = await JsonDocument.ParseAsync(stream).WaitAsync(TimeSpan.FromSeconds(20));
        return document.RootElement.Clone();
    }

    /// <summary>The vassal in the stats, or null.</summary>
    public async Task<JsonElement?> VassalAsync(string name)
    {
        var found = (await StatsAsync()).GetProperty("vassals").EnumerateArray().Where(vassal => vassal.GetProperty("id").GetString() == name).ToList();
        return found.Count == 0 ? null : found[0];
    }

    public Task VassalIsAsync(string name, Func<JsonElement, bool> condition, string what) =>
        Eventually.TrueAsync(async () => await VassalAsync(name) is { } vassal && condition(vassal), $"{name} {what}. Log: {Log}", 60);

    public Task VassalIsGoneAsync(string name) => Eventually.TrueAsync(async () => await VassalAsync(name) is null, $"{name} is gone. Log: {Log}", 60);

    public void Signal(string signal) => Run("kill", "-s", signal, $"{ProcessId}");

    /// <summary>Sends SIGTERM and waits for the end; returns the exit status.</summary>
    public async Task<int> StopAsync(int seconds = 60)
    {
        Signal("TERM");
        return await _process!.WaitAsync(seconds);
    }

    /// <summary>Direct children of a process, as pids seen from here.</summary>
    public static int[] Children(int processId) =>
        [.. File.ReadAllText($"/proc/{processId}/task/{processId}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>A line of /proc/PID/status.</summary>
    public static string Status(int processId, string name) =>
        File.ReadLines($"/proc/{processId}/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        Folder.Dispose();
        await ValueTask.CompletedTask;
    }

    /// <summary>Makes the listening socket of the settings, as the daemon does, and executes the rest.</summary>
    private string[] WithControlSocket() => ["/usr/bin/python3", "-c", """
        import os, socket, sys
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(sys.argv[1])
        listener.listen(4)
        os.dup2(listener.fileno(), 5)
        os.execvp(sys.argv[2], sys.argv[2:])
        """, Folder.File("control.sock")];

    private void Own(string path) => Run("chown", "-R", $"{Uid}:{Uid}", path);

    private static void Run(string file, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(file, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Where any uid may execute it.</summary>
    private static string CopyBinary()
    {
        var output = Path.Combine(Captures.SourceRoot, "containerd", "UwsgiIt.Emperor", "bin", "Release");
        var published = Directory.Exists(output) ? Directory.GetFiles(output, "uwsgiit-emperor", SearchOption.AllDirectories).Where(static file => file.Contains("/publish/", StringComparison.Ordinal)).ToList() : [];
        Assert.True(published.Count == 1, "The native Emperor is missing: dotnet publish containerd/UwsgiIt.Emperor -c Release");
        var folder = Directory.CreateTempSubdirectory("uwsgiit-emperor-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
        var copy = Path.Combine(folder, "uwsgiit-emperor");
        File.Copy(published[0], copy);
        File.SetUnixFileMode(copy, (UnixFileMode)0x1ED);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return copy;
    }
}
