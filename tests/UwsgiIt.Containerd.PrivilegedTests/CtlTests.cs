using System.Globalization;
using System.Text.Json.Nodes;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>The command line tool against the real daemon, each command as an operator types it.</summary>
public sealed class CtlTests
{
    private const int Unavailable = 69;

    [SkippableFact]
    public async Task Ctl_ShowsAndChangesContainers()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        host.Define(30_002);
        await host.RunningAsync();
        await host.RunningAsync(30_002);
        var pid = await host.PidAsync();

        var (code, output) = await CtlAsync(host, "list");
        Assert.True(code == 0 && output.Contains("UID", StringComparison.Ordinal) && output.Contains("test 30001", StringComparison.Ordinal) && output.Contains("test 30002", StringComparison.Ordinal), output);
        var list = (await JsonAsync(host, "list")).AsArray();
        Assert.Equal([30_001, 30_002], list.Select(static item => (int)item!["uid"]!));
        Assert.Equal("running", (string?)(await JsonAsync(host, "show", "30001"))["phase"]);
        Assert.Equal(pid, (int?)(await JsonAsync(host, "show", "30001"))["process_id"]);
        Assert.Equal(host.Daemon.ProgramId, (int?)(await JsonAsync(host, "stats"))["pid"]);
        Assert.Equal((Unavailable, "uwsgiit ctl: containers/39999: there is none"), await CtlAsync(host, "show", "39999"));
        Assert.Equal(Unavailable, (await CtlAsync(host, "stop", "39999")).Code);

        // Stopped and kept so, started, restarted.
        Assert.Equal("stopped", (string?)(await JsonAsync(host, "stop", "30001", "--wait"))["phase"]);
        Assert.True((bool?)(await JsonAsync(host, "show", "30001"))["held"]);
        Assert.Equal("stopped", await host.PhaseAsync());
        Assert.Equal((0, ""), await CtlAsync(host, "start", "30001", "--wait"));
        var started = await host.PidAsync();
        Assert.NotEqual(pid, started);
        Assert.Equal((0, ""), await CtlAsync(host, "restart", "30001", "-w"));
        Assert.NotEqual(started, await host.PidAsync());

        // What they use, the hungriest first.
        using var busy = host.Enter(30_002, "sh", "-c", "while :; do :; done");
        await Eventually.TrueAsync(async () => (await CtlAsync(host, "top")).Output.Split('\n') is [_, var first, ..] && first.StartsWith("30002", StringComparison.Ordinal), "the busy one is at the top", 60);
        Assert.True((long?)(await JsonAsync(host, "top"))[0]!["usage"]!["memory_limit"] > 0);

        // The log, and what happened.
        host.WriteHome("logs/emperor.log", "a line of the log\n");
        Assert.Equal((0, "a line of the log"), await CtlAsync(host, "logs", "30001"));
        Assert.Equal("a line of the log\n", (string?)(await JsonAsync(host, "logs", "30001"))["log"]);
        (code, output) = await CtlAsync(host, "events", "-n", "100");
        Assert.True(code == 0 && output.Contains(" 30001 stopped", StringComparison.Ordinal), output);
        var events = (await CtlAsync(host, "events", "--json", "-n", "3")).Output.Split('\n').Select(static line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(3, events.Count);
        Assert.Equal("started", (string?)events[^1]["kind"]);
        using var following = Start(host, "events", "--follow", "-n", "0");
        await host.PostAsync("/containers/30001/restart");
        await Eventually.TrueAsync(async () => following.Output.Contains("30001 started", StringComparison.Ordinal) || (await host.PostAsync("/containers/30001/restart")) != 202, $"the event is told; {following.Output}", 60);
    }

    [SkippableFact]
    public async Task Ctl_ExecAndEnter_GoTheWayThatSshGoes()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        var (code, output) = await CtlAsync(host, "exec", "30001", "--", "sh", "-c", "id -u; hostname; echo \"$0 $1\"; exit 9", "word", "two words");
        Assert.Equal((9, "30001\ntest-30001\nword two words"), (code, output));
        Assert.Equal("not a terminal", (await CtlAsync(host, "exec", "30001", "--", "sh", "-c", "test -t 0 || echo not a terminal")).Output);
        Assert.Equal(1, (await CtlAsync(host, "exec", "39999", "--", "true")).Code);
        Assert.Contains("is not in the container's PATH", (await CtlAsync(host, "exec", "30001", "--", "no-such-program")).Output, StringComparison.Ordinal);

        // Bytes in and out, as they are.
        var script = $"head -c 1000000 /dev/urandom >'{host.Folder.File("in")}'; {Line(host, "exec", "30001", "--", "cat")} <'{host.Folder.File("in")}' >'{host.Folder.File("out")}'; cmp '{host.Folder.File("in")}' '{host.Folder.File("out")}' && echo same";
        Assert.Equal((0, "same"), await RunAsync(host, "sh", "-c", script));

        // On a terminal of ours: the container's terminal has its size, and a login shell takes what is typed.
        (code, output) = await RunAsync(host, "script", "-qec", "stty rows 21 cols 87; " + Line(host, "exec", "30001", "--tty", "--", "stty", "size"), "/dev/null");
        Assert.True(code == 0 && output.Contains("21 87", StringComparison.Ordinal), $"{code} {output}");
        (code, output) = await RunAsync(host, "sh", "-c", $"(echo 'echo $0 $USER; tty'; echo 'exit 6') | script -qec \"{Line(host, "enter", "30001")}\" /dev/null");
        Assert.True(code == 6 && output.Contains("-bash 30001", StringComparison.Ordinal) && output.Contains("/dev/pts/", StringComparison.Ordinal), $"{code} {output}");
    }

    [SkippableFact]
    public async Task Ctl_OfAnybodyButRoot_IsRefused()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        File.SetUnixFileMode(host.Folder.Path, (UnixFileMode)0x1ED);
        var (code, output) = await RunAsync(host, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", $"HOME=/nonexistent DOTNET_CLI_HOME=/tmp {Line(host, "list")}");
        Assert.True(code == Unavailable && output.Contains("Permission denied", StringComparison.Ordinal), $"{code} {output}");
    }

    [SkippableFact]
    public async Task Alarm_AppearsOnOpenTerminals()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define(change: static definition => definition["memory"] = 96 * 1024 * 1024);
        await host.RunningAsync();
        using var terminal = new ChildProcess("script", ["-qec", Line(host, "exec", "30001", "--tty", "--", "sh", "-c", "echo waiting; exec sleep 600"), "/dev/null"], Variables(host));
        await Eventually.TrueAsync(() => Task.FromResult(terminal.Output.Contains("waiting", StringComparison.Ordinal)), "the session runs", 60);
        await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", "x = bytearray(300000000)");
        await Eventually.TrueAsync(() => Task.FromResult(terminal.Output.Contains("*** container 30001: OUT OF MEMORY", StringComparison.Ordinal)), $"the alarm is on the terminal; {terminal.Output}", 60);
    }

    private static async Task<JsonNode> JsonAsync(ContainerHost host, params string[] words)
    {
        var (code, output) = await CtlAsync(host, [.. words, "--json"]);
        Assert.True(code == 0, output);
        return JsonNode.Parse(output)!;
    }

    private static Task<(int Code, string Output)> CtlAsync(ContainerHost host, params string[] words) => RunAsync(host, "dotnet", [Programs.Assembly("uwsgiit"), "ctl", .. words]);

    private static async Task<(int Code, string Output)> RunAsync(ContainerHost host, string program, params string[] words)
    {
        using var process = new ChildProcess(program, words, Variables(host));
        var code = await process.WaitAsync(120);
        process.Process.WaitForExit();
        return (code, process.Output.TrimEnd());
    }

    private static ChildProcess Start(ContainerHost host, params string[] words) => new("dotnet", [Programs.Assembly("uwsgiit"), "ctl", .. words], Variables(host));

    private static string Line(ContainerHost host, params string[] words) =>
        string.Create(CultureInfo.InvariantCulture, $"dotnet {Programs.Assembly("uwsgiit")} ctl --runtime-directory {host.RuntimeDirectory} {string.Join(' ', words.Select(static word => word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '_') ? word : $"'{word}'"))}");

    private static Dictionary<string, string> Variables(ContainerHost host) => new() { ["UWSGIIT_RUNTIME_DIRECTORY"] = host.RuntimeDirectory, ["UWSGIIT_RELAY"] = Programs.Relay };
}
