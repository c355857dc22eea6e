using System.Net.Sockets;
using UwsgiIt.Router.FunctionalTests;

namespace UwsgiIt.Emperor.FunctionalTests;

/// <summary>Vassal files with exec: programs that know nothing of uWSGI.</summary>
public sealed class ProgramTests
{
    [SkippableFact]
    public async Task Program_GetsItsEnvironmentAndDirectory_AndIsRestarted()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        Directory.CreateDirectory(emperor.InHome("work"));
        emperor.Write("work.sh", "#!/bin/sh\necho \"run $1 of $NAME in $(pwd) as $(id -u), mask $(grep SigBlk /proc/self/status)\"\nsleep 0.3\nexit 3\n", isExecutable: true);
        emperor.WriteVassal("app.ini", $"[program]\nexec = {emperor.InHome("work.sh")} 'first argument'\nenv = NAME=a value\ncwd = {emperor.InHome("work")}\n");
        await emperor.LoggedAsync($"run first argument of a value in {emperor.InHome("work")} as {emperor.Uid}, mask SigBlk:\t0000000000000000", times: 2);
        await emperor.LoggedAsync("app.ini has exited with 3", times: 2);
        await emperor.LoggedAsync("app.ini is blacklisted");
    }

    [SkippableFact]
    public async Task RestartPolicies_AreKept()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("never.ini", "[program]\nexec = sh -c 'echo never runs; exit 1'\nrestart = never\n");
        emperor.WriteVassal("failure.ini", "[uwsgi]\nexec = sh -c 'echo failure runs; test -e $HOME/run/ok || { touch $HOME/run/ok; exit 1; }'\nrestart = on-failure\n");
        await emperor.LoggedAsync("failure runs", times: 2);
        await emperor.LoggedAsync("failure.ini has exited with 0");
        await emperor.VassalIsAsync("never.ini", static vassal => vassal.GetProperty("pid").GetInt32() == 0 && vassal.GetProperty("kind").GetString() == "program", "is there and does not run");
        Assert.Equal(2, emperor.Log.Split("never runs").Length);
        Assert.Equal(3, emperor.Log.Split("failure runs").Length);

        // A touch starts it again.
        emperor.Touch("never.ini");
        await emperor.LoggedAsync("never runs", times: 2);
    }

    [SkippableFact]
    public async Task Stop_SendsTheProgramsOwnSignal_AndReloadToo()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.Write("app.py", """
            import signal, sys
            def leave(number, frame):
                print('left by', number, flush=True)
                sys.exit(0)
            signal.signal(signal.SIGQUIT, leave)
            signal.signal(signal.SIGUSR2, lambda number, frame: print('reloaded by', number, flush=True))
            print('python is up', flush=True)
            while True:
                signal.pause()
            """);
        emperor.WriteVassal("app.ini", $"[program]\nexec = python3 {emperor.InHome("app.py")}\nstop-signal = SIGQUIT\nreload-signal = USR2\n");
        await emperor.LoggedAsync("python is up");
        emperor.Touch("app.ini");
        await emperor.LoggedAsync("reloaded by 12");
        emperor.RemoveVassal("app.ini");
        await emperor.LoggedAsync("left by 3");
        await emperor.VassalIsGoneAsync("app.ini");
    }

    [SkippableFact]
    public async Task FaultyFile_IsNamedByLine_AndRunsWhenMended()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", "[program]\nexec = sleep 1000\nstop-timeout = soon\nsurprise = 1\n");
        await emperor.LoggedAsync("app.ini: line 3: stop-timeout = soon is not understood");
        await emperor.LoggedAsync("app.ini: line 4: surprise = 1 is not understood");
        emperor.WriteVassal("app.ini", "[program]\nexec = sleep 1000\n");
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("loyal").GetInt32() == 1, "is loyal");

        // The same name may become uWSGI's.
        emperor.WriteVassal("app.ini", VassalTests.Ini("app"));
        await emperor.VassalIsAsync("app.ini", static vassal => vassal.GetProperty("kind").GetString() == "uwsgi" && vassal.GetProperty("accepting").GetInt32() == 1, "is uWSGI now");
    }

    [SkippableFact]
    public async Task Limits_WithoutADaemon_AreAnErrorAndNothingRuns()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("app.ini", "[program]\nexec = sh -c 'echo ran without limits'\nmemory = 64M\n");
        await emperor.LoggedAsync("app.ini: its limits cannot be set", times: 2);
        Assert.DoesNotContain("ran without limits", emperor.Log, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Listen_PassesSocketsAsSystemdDoes_StartsOnDemandAndKeepsThem()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.Write("app.py", """
            import os, socket, sys
            assert os.environ['LISTEN_FDS'] == '1' and os.environ['LISTEN_PID'] == str(os.getpid()), os.environ
            listener = socket.socket(fileno=3)
            print('one run', flush=True)
            connection, _ = listener.accept()
            connection.sendall(b'hello from %d' % os.getpid())
            connection.close()
            """);
        emperor.WriteVassal("lazy.ini", $"[program]\nexec = python3 {emperor.InHome("app.py")}\nlisten = {emperor.InHome("run/lazy.sock")}\non-demand = true\n");
        await emperor.VassalIsAsync("lazy.ini", static vassal => vassal.GetProperty("pid").GetInt32() == -1, "waits");
        for (var run = 1; run <= 2; run++)
        {
            Assert.StartsWith("hello from ", await ReadAllAsync(emperor.InHome("run/lazy.sock")), StringComparison.Ordinal);
            await emperor.LoggedAsync("one run", times: run);
        }

        await emperor.VassalIsAsync("lazy.ini", static vassal => vassal.GetProperty("pid").GetInt32() == -1, "waits again");
    }

    [SkippableFact]
    public async Task Cron_RunsAtTheMinute()
    {
        await using var emperor = await EmperorEnvironment.StartAsync();
        emperor.WriteVassal("jobs.ini", "[program]\ncron = -1 -1 -1 -1 -1 echo minute as $(id -u)\ncron2 = minute=-1,unique=1,harakiri=1 echo long; exec sleep 1000\n");
        await emperor.LoggedAsync($"minute as {emperor.Uid}", seconds: 120);
        await emperor.LoggedAsync("'echo long; exec sleep 1000' ended with signal 9");
    }

    [SkippableFact]
    public async Task Program_WithItsOwnSocket_IsAnnouncedSignedAndTakenBack()
    {
        await using var world = await RoutedWorld.StartAsync(["program.example.com"], static settings => settings["SubscriptionKeyFile"] = settings["Home"]!.GetValue<string>() + "/etc/uwsgi.key");
        var socket = world.Emperor.InHome("run/web.sock");
        world.Emperor.Write("web.py", $$"""
            import http.server, os, socketserver
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b'"program"')
                def address_string(self):
                    return 'unix'
            class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
                pass
            if os.path.exists('{{socket}}'):
                os.unlink('{{socket}}')
            Server('{{socket}}', Handler).serve_forever()
            """);
        world.Emperor.WriteVassal("web.ini", $"[program]\nexec = python3 {world.Emperor.InHome("web.py")}\nsocket = {socket}\ndomain = program.example.com\n");
        Assert.Equal("program", (await world.ServedAsync("program.example.com")).GetString());
        world.Emperor.RemoveVassal("web.ini");
        await Eventually.TrueAsync(async () => (await world.Router.NodesAsync("program.example.com")).Length == 0, "the name is taken back", 60);
    }

    [SkippableFact]
    public async Task Program_ThatServesAPortOnly_IsReachedThroughTheBridge()
    {
        await using var world = await RoutedWorld.StartAsync(["port.example.com"], static settings => settings["SubscriptionKeyFile"] = settings["Home"]!.GetValue<string>() + "/etc/uwsgi.key");
        var port = RouterEnvironment.FreePort();
        world.Emperor.Write("web.py", $$"""
            import hashlib, http.server
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['Content-Length']))
                    answer = body[::-1]
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                def do_GET(self):
                    self.send_response(200)
                    self.send_header('Content-Length', '6')
                    self.end_headers()
                    self.wfile.write(b'"port"')
            http.server.ThreadingHTTPServer(('127.0.0.1', {{port}}), Handler).serve_forever()
            """);
        world.Emperor.WriteVassal("web.ini", $"[program]\nexec = python3 {world.Emperor.InHome("web.py")}\nport = {port}\ndomain = port.example.com\n");
        Assert.Equal("port", (await world.ServedAsync("port.example.com")).GetString());

        // Bytes both ways, more than any buffer on the way, several at a time.
        var bodies = Enumerable.Range(0, 8).Select(static seed =>
        {
            var bytes = new byte[3_000_000];
            new Random(seed).NextBytes(bytes);
            return bytes;
        }).ToArray();
        await Task.WhenAll(bodies.Select(async body =>
        {
            using var content = new ByteArrayContent(body);
            using var response = await world.Router.GetAsync("port.example.com", method: HttpMethod.Post, content: content);
            var answer = await response.Content.ReadAsByteArrayAsync();
            Array.Reverse(answer);
            Assert.True(answer.AsSpan().SequenceEqual(body), "the answer is the body backwards");
        }));
    }

    private static async Task<string> ReadAllAsync(string path)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), deadline.Token);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(deadline.Token);
    }
}
