using System.Globalization;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>I26: whoever connects to the daemon's sockets is taken for hostile; what he can take up is bounded, and the others are served meanwhile.</summary>
public sealed class FloodTests
{
    private const uint Loud = ContainerHost.FirstUid;
    private const uint Quiet = 30_002;
    private const uint RoutersGroup = 12_345;

    // Connects again and again, says nothing or rubbish, and keeps what stays open; one line once it has tried them all.
    private const string Flood = """
        import os, socket, sys, time
        path, rubbish = sys.argv[1], sys.argv[2] == "rubbish"
        kept, refused = [], 0
        for i in range(600):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.settimeout(5)
            try:
                s.connect(path)
                if rubbish:
                    socket.send_fds(s, [os.urandom(60000)], [1] * 8)
                kept.append(s)
            except OSError:
                refused += 1
        print("tried", flush=True)
        time.sleep(600)
        """;

    // A session asked for as the relay does it: three pipes, what the program says, how it ended.
    private const string Ask = """
        import json, os, socket, sys
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(60)
            s.connect(sys.argv[1])
            (inner, _), (read, write) = os.pipe(), os.pipe()
            socket.send_fds(s, [json.dumps({"uid": int(sys.argv[2]), "arguments": ["echo", "alive"]}).encode()], [inner, write, write])
            os.close(write)
            print(s.recv(4096).decode(), os.read(read, 100).decode(), s.recv(4096).decode())
        """;

    private const string AskForFile = """
        import os, socket, sys
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(60)
            s.connect(sys.argv[1])
            s.send(sys.argv[2].encode())
            text, files, _, _ = socket.recv_fds(s, 256, 1)
            print(os.read(files[0], 100).decode() if files else text.decode())
        """;

    [SkippableFact]
    public async Task Floods_OfTheDaemonsSockets_AreBounded_AndOthersAreServed()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Path"]!["HomeGroup"] = RoutersGroup);
        host.Define(Loud);
        host.Define(Quiet);
        await host.RunningAsync(Loud);
        await host.RunningAsync(Quiet);
        host.WriteHome("etc/own.key", "the key", Quiet);
        File.SetUnixFileMode(host.Folder.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(host.RuntimeDirectory, (UnixFileMode)0x1ED);
        var (sessions, files) = (host.RuntimeDirectory + "/session.sock", host.RuntimeDirectory + "/files.sock");
        var before = Descriptors(host);

        // Silence and rubbish of one customer: another customer, and root, get their sessions; the flood's places are few.
        foreach (var kind in (string[])["silence", "rubbish"])
        {
            using var flood = As(Loud, Loud, Flood, sessions, kind);
            await Eventually.TrueAsync(() => Task.FromResult(flood.Output.Contains("tried", StringComparison.Ordinal)), $"the flood is there; {flood.Output}", 120);
            var (code, output) = await AnswerAsync(As(Quiet, Quiet, Ask, sessions, "30002"));
            Assert.True(code == 0 && output.Contains("alive", StringComparison.Ordinal) && output.Contains("\"exit_code\": 0", StringComparison.Ordinal), $"{kind}: {output}");
            (code, output) = await host.ShellAsync("echo alive", Quiet);
            Assert.True(code == 0 && output.Contains("alive", StringComparison.Ordinal), $"{kind}: {output}");
            Assert.InRange(Descriptors(host), 1, before + 400);
        }

        // The same at the broker: a stranger gets nowhere, and the router's own silence keeps nobody but itself waiting.
        using (var stranger = As(Loud, Loud, Flood, files, "rubbish"))
        using (var router = As(RoutersGroup, RoutersGroup, Flood, files, "silence"))
        {
            foreach (var flood in new[] { stranger, router })
            {
                await Eventually.TrueAsync(() => Task.FromResult(flood.Output.Contains("tried", StringComparison.Ordinal)), $"the flood is there; {flood.Output}", 120);
            }

            var (code, output) = await AnswerAsync(As(0, 0, AskForFile, files, "30002 /containers/30002/etc/own.key"));
            Assert.True(code == 0 && output.Contains("the key", StringComparison.Ordinal), output);
        }

        Assert.Equal("running", await host.PhaseAsync(Loud));
        await Eventually.TrueAsync(() => Task.FromResult(Descriptors(host) <= before + 20), "nothing of it stays open", 60);
    }

    private static ChildProcess As(uint uid, uint gid, string script, params string[] words) =>
        new("setpriv", [$"--reuid={uid.ToString(CultureInfo.InvariantCulture)}", $"--regid={gid.ToString(CultureInfo.InvariantCulture)}", "--clear-groups", "/usr/bin/python3", "-c", script, .. words]);

    private static async Task<(int Code, string Output)> AnswerAsync(ChildProcess process)
    {
        using (process)
        {
            var code = await process.WaitAsync(60);
            process.Process.WaitForExit();
            return (code, process.Output);
        }
    }

    private static int Descriptors(ContainerHost host) => Directory.EnumerateFileSystemEntries($"/proc/{host.Daemon.ProgramId}/fd").Count();
}
