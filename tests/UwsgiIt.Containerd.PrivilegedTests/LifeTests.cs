using System.Text.Json.Nodes;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>A container's life, and the daemon's.</summary>
public sealed class LifeTests
{
    private const string Application = """
        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"up"]
        """;

    [SkippableFact]
    public async Task Daemon_KilledAgainAndAgain_DisturbsNoRequest()
    {
        await using var host = await ContainerHost.StartAsync();
        await host.StartRouterAsync();
        host.AllowName("app.example.com");
        host.Define();
        await host.RunningAsync();
        host.WriteHome("app.py", Application);
        host.WriteHome("vassals/app.ini", "[uwsgi]\nplugin = python3\nmaster = true\nprocesses = 2\nwsgi-file = /containers/30001/app.py\ndomain = app.example.com\nsubscribe-freq = 1\n");
        await Eventually.TrueAsync(async () => await StatusAsync(host) == 200, "the application answers", 60);

        using var session = host.Enter(ContainerHost.FirstUid, "sh", "-c", "echo alive; exec sleep 600");
        await Eventually.TrueAsync(() => Task.FromResult(session.Output.Contains("alive", StringComparison.Ordinal)), "the session runs", 60);
        var pid = await host.PidAsync();
        using var stop = new CancellationTokenSource();
        var requests = RequestAsync(host, stop.Token);
        for (var round = 0; round < (ContainerHost.IsLong ? 100 : 10); round++)
        {
            host.Daemon.Signal("KILL");
            await host.Daemon.WaitAsync(60);
            await host.StartDaemonAsync();
            var container = (await host.ContainerAsync())!.Value;
            Assert.Equal(pid, container.GetProperty("process_id").GetInt32());
            Assert.True(container.GetProperty("adopted").GetBoolean());
        }

        await stop.CancelAsync();
        var (good, bad) = await requests;
        Assert.True(good > 0 && bad == 0, $"{good} good, {bad} bad");
        Assert.False(session.Process.HasExited, session.Output);
    }

    [SkippableFact]
    public async Task ChangesWhileTheDaemonIsDown_AreAppliedOnceItIsBack()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        host.Define(30_002);
        await host.RunningAsync();
        await host.RunningAsync(30_002);
        var (first, second) = (await host.PidAsync(), await host.PidAsync(30_002));
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync();
        host.Define(change: static definition => definition["memory"] = 300 * 1024 * 1024);
        host.Define(30_002, static definition => definition["name"] = "another");
        await host.StartDaemonAsync();
        await Eventually.TrueAsync(async () => (await host.ContainerAsync())!.Value is var container && container.TryGetProperty("usage", out var usage) && usage.GetProperty("memory_limit").GetInt64() == 300 * 1024 * 1024, "the limit is changed", 60);
        Assert.Equal(first, await host.PidAsync());
        await Eventually.TrueAsync(async () => await host.PhaseAsync(30_002) == "running" && await host.PidAsync(30_002) != second, "the renamed one has restarted", 60);
        Assert.Equal("another", (await host.ShellAsync("hostname", 30_002)).Output.Trim());
    }

    [SkippableFact]
    public async Task Adoption_OfAnotherProcess_IsRefusedAndTheLeftoverKilled()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        var pid = await host.PidAsync();
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync();
        var file = host.Folder.File("state/running/30001.json");
        var record = JsonNode.Parse(File.ReadAllText(file))!;
        record["start_ticks"] = (long)record["start_ticks"]! + 1;
        File.WriteAllText(file, record.ToJsonString());
        await host.StartDaemonAsync();
        await host.RunningAsync();
        Assert.NotEqual(pid, await host.PidAsync());
        Assert.False(Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(" Z ", StringComparison.Ordinal));
        Assert.False((await host.ContainerAsync())!.Value.GetProperty("adopted").GetBoolean());
    }

    [SkippableFact]
    public async Task Stop_OfWhatDoesNotStop_EndsWithTheCgroup()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Start"]!["StopTimeout"] = "00:00:01");
        host.Define();
        await host.RunningAsync();
        using var session = host.Enter(ContainerHost.FirstUid, "sh", "-c", "trap '' TERM HUP INT; while :; do sleep 1; done");
        await Eventually.TrueAsync(async () => (await host.ContainerAsync())!.Value.GetProperty("usage").GetProperty("pids").GetInt32() > 3, "the session runs", 60);
        Assert.Equal(202, await host.PostAsync("/containers/30001/stop"));
        await Eventually.TrueAsync(async () => await host.PhaseAsync() == "stopped", "it is stopped", 60);
        Assert.DoesNotContain(host.Cgroups(), static parent => Directory.Exists(parent + "/30001"));
        Assert.Equal(202, await host.PostAsync("/containers/30001/start"));
        await host.RunningAsync();
    }

    [SkippableFact]
    public async Task Rounds_OfCreatingAndDeleting_LeaveNothing()
    {
        await using var host = await ContainerHost.StartAsync();
        var mounts = File.ReadAllLines($"/proc/{host.Daemon.ProgramId}/mountinfo").Length;
        for (var round = 0; round < (ContainerHost.IsLong ? 100 : 10); round++)
        {
            host.Define();
            await host.RunningAsync();
            host.Remove();
            await Eventually.TrueAsync(async () => await host.ContainerAsync() is null, "it is gone", 60);
            Assert.DoesNotContain(host.Cgroups(), static parent => Directory.Exists(parent + "/30001"));
        }

        Assert.Equal(mounts, File.ReadAllLines($"/proc/{host.Daemon.ProgramId}/mountinfo").Length);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.EnumerateDirectories($"/proc/{host.Daemon.ProgramId}/task").All(static thread => File.ReadAllText(thread + "/children").Length == 0)), "no process of the daemon's is left, nor one that nobody reaped", 60);
        Assert.Empty(Directory.EnumerateFiles(host.Folder.File("state/running")));
        Assert.Empty(Directory.EnumerateFiles(host.Folder.File("run/containers")));
    }

    [SkippableFact]
    public async Task FaultyDefinition_ChangesNothing_AndIsReported()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        var pid = await host.PidAsync();
        File.WriteAllText(host.Folder.File("definitions/30001.json"), "{ \"uid\": 30001, ");
        await Eventually.TrueAsync(async () => (await host.StatsAsync()).GetProperty("faults").EnumerateObject().Any(), "the fault is reported", 60);
        Assert.Equal(pid, await host.PidAsync());
    }

    private static async Task<int> StatusAsync(ContainerHost host)
    {
        using var response = await host.GetAsync("app.example.com");
        return (int)response.StatusCode;
    }

    private static async Task<(int Good, int Bad)> RequestAsync(ContainerHost host, CancellationToken cancellationToken)
    {
        var (good, bad) = (0, 0);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await StatusAsync(host) == 200)
            {
                good++;
            }
            else
            {
                bad++;
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return (good, bad);
    }
}
