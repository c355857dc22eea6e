using System.Globalization;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>What a container's Emperor and the daemon do together.</summary>
public sealed class VassalTests
{
    private const string Web = """
        import http.server, os, socketserver
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'plain program')
            def address_string(self):
                return 'unix'
        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            pass
        path = os.environ['HOME'] + '/run/web.sock'
        if os.path.exists(path):
            os.unlink(path)
        Server(path, Handler).serve_forever()
        """;

    [SkippableFact]
    public async Task PlainProgram_IsAnnouncedWithASignatureMadeInsideTheContainer()
    {
        await using var host = await ContainerHost.StartAsync();
        await host.StartRouterAsync();
        host.AllowName("plain.example.com");
        host.Define();
        await host.RunningAsync();
        host.WriteHome("web.py", Web);
        host.WriteHome("vassals/web.ini", "[program]\nexec = python3 /containers/30001/web.py\nsocket = /containers/30001/run/web.sock\ndomain = plain.example.com\n");
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await host.GetAsync("plain.example.com");
                return (int)response.StatusCode == 200 && await response.Content.ReadAsStringAsync() == "plain program";
            },
            "the program answers",
            60);

        // The library that signed came from the host, whose root it still shows.
        var libraries = File.ReadLines($"/proc/{await host.PidAsync()}/maps").Where(static line => line.Contains("libcrypto", StringComparison.Ordinal)).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]).Distinct().ToList();
        var own = File.ReadLines("/proc/self/maps").Where(static line => line.Contains("libcrypto.so", StringComparison.Ordinal)).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]).Distinct().ToList();
        Assert.Single(libraries);
        Assert.Equal(own.Count == 0 ? libraries : own, libraries);
    }

    [SkippableFact]
    public async Task Limits_OfAVassal_HoldForItAlone()
    {
        Skip.IfNot(Directory.Exists("/sys/fs/cgroup/memory"), "limits of single vassals need cgroup version 1");
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        host.WriteHome("vassals/quiet.ini", "[program]\nexec = sleep 1000\n");
        await StateAsync(host, "quiet.ini", "loyal");
        host.WriteHome("greedy.py", "print('before', flush=True)\nx = bytearray(100 * 1024 * 1024)\nprint('after', flush=True)\n");
        host.WriteHome("vassals/greedy.ini", "[program]\nexec = python3 /containers/30001/greedy.py\nmemory = 32M\ncpu-weight = 50\nrestart = never\n");
        await Eventually.TrueAsync(() => Task.FromResult(Log(host).Contains("greedy.ini was ended by signal 9", StringComparison.Ordinal)), $"the greedy one is killed; {Log(host)}", 60);
        Assert.Contains("before", Log(host), StringComparison.Ordinal);
        Assert.DoesNotContain("after", Log(host), StringComparison.Ordinal);
        await StateAsync(host, "quiet.ini", "loyal");

        // One that keeps within them: the kernel's own numbers, and where it is.
        host.WriteHome("vassals/greedy.ini", "[program]\nexec = sleep 1000\nmemory = 32M\ncpu-weight = 50\n");
        await StateAsync(host, "greedy.ini", "loyal");
        var memory = Assert.Single(Directory.GetDirectories($"/sys/fs/cgroup/memory/{host.CgroupParent}/30001", "vassal-*"));
        Assert.Equal((32 * 1024 * 1024).ToString(CultureInfo.InvariantCulture), File.ReadAllText(memory + "/memory.limit_in_bytes").Trim());
        Assert.Equal("sleep", File.ReadAllText($"/proc/{Assert.Single(File.ReadAllLines(memory + "/cgroup.procs"))}/comm").Trim());
    }

    [SkippableFact]
    public async Task CrashLoop_IsAnAlarm_AndStatesAreThereAgainAfterADaemonsDeath()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        host.WriteHome("vassals/quiet.ini", "[program]\nexec = sleep 1000\n");
        host.WriteHome("vassals/crash.ini", "[program]\nexec = sh -c 'exit 9'\n");
        await Eventually.TrueAsync(async () => (await host.EventsAsync()).Contains("crash.ini is in a crash loop", StringComparison.Ordinal), $"the crash loop is told; {Log(host)}", 90);
        await StateAsync(host, "quiet.ini", "loyal");
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync();
        await host.StartDaemonAsync();
        await host.RunningAsync();
        await StateAsync(host, "quiet.ini", "loyal");
    }

    private static Task StateAsync(ContainerHost host, string name, string state) => Eventually.TrueAsync(
        async () => await host.ContainerAsync() is { } container && container.GetProperty("vassals").TryGetProperty(name, out var found) && found.GetString() == state, $"{name} is {state}; {Log(host)}", 60);

    private static string Log(ContainerHost host) => File.Exists(host.Home("logs/emperor.log")) ? File.ReadAllText(host.Home("logs/emperor.log")) : "";
}
