using System.Text.Json.Nodes;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Alarms that the kernel itself raises: the rounds of looks are half a minute apart here, and are there only for a machine so busy that a kill is counted late.</summary>
public sealed class AlarmTests
{
    private const string Forks = """
        import os, signal
        children = []
        try:
            while len(children) < 100:
                child = os.fork()
                if child == 0:
                    signal.pause()
                children.append(child)
        except OSError:
            pass
        for child in children:
            os.kill(child, 9)
        """;

    [SkippableFact]
    public async Task WantOfMemory_AndRefusedForks_AreToldByTheKernel()
    {
        await using var host = await StartAsync();
        host.Define(change: static definition =>
        {
            definition["memory"] = 96 * 1024 * 1024;
            definition["pids"] = 60;
        });
        host.Define(30_002);
        await host.RunningAsync();
        await host.RunningAsync(30_002);

        var (_, output) = await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", "print('start', flush=True); x = bytearray(300000000); print('survived')");
        Assert.DoesNotContain("survived", output, StringComparison.Ordinal);
        await AlarmAsync(host, "OUT OF MEMORY");
        await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", Forks);
        await AlarmAsync(host, "refused, it may have 60");
        Assert.Contains("OUT OF MEMORY", File.ReadAllText(host.Home("logs/emperor.log")), StringComparison.Ordinal);
        var spooled = Directory.EnumerateFiles(host.Folder.File("state/alarms"), "*.json").Select(File.ReadAllText).ToList();
        Assert.Contains(spooled, static text => (uint?)JsonNode.Parse(text)!["container"] == ContainerHost.FirstUid && ((string?)JsonNode.Parse(text)!["msg"])!.Contains("OUT OF MEMORY", StringComparison.Ordinal));
        Assert.DoesNotContain(spooled, static text => (uint?)JsonNode.Parse(text)!["container"] == 30_002);
    }

    [SkippableFact]
    public async Task WantOfMemory_IsToldAfterADaemonsDeathToo_AndOldKillsAreNotToldAgain()
    {
        await using var host = await StartAsync();
        host.Define(change: static definition => definition["memory"] = 96 * 1024 * 1024);
        await host.RunningAsync();
        await GreedAsync(host);
        await AlarmAsync(host, "OUT OF MEMORY");
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync();
        await host.StartDaemonAsync();
        await host.RunningAsync();
        Assert.DoesNotContain("OUT OF MEMORY", await host.EventsAsync(), StringComparison.Ordinal);
        await GreedAsync(host);
        await AlarmAsync(host, "OUT OF MEMORY !!! 1 process");
    }

    [SkippableFact]
    public async Task MemoryOverItsThreshold_IsToldByTheKernel_AndFollowsAChangedLimit()
    {
        Skip.IfNot(Directory.Exists("/sys/fs/cgroup/memory"), "cgroup version 2 tells of no threshold; the rounds find it");
        await using var host = await StartAsync();
        host.Define(change: static definition =>
        {
            definition["memory"] = 128 * 1024 * 1024;
            definition["memory_alarm"] = 50;
        });
        await host.RunningAsync();
        using var session = host.Enter(ContainerHost.FirstUid, "python3", "-c", "x = bytearray(80 * 1024 * 1024)\nprint('have it', flush=True)\nimport time\ntime.sleep(600)");
        await AlarmAsync(host, "memory ");

        // Raised limit, the same use: the new threshold is above it, and only more use reaches it.
        host.Define(change: static definition =>
        {
            definition["memory"] = 256 * 1024 * 1024;
            definition["memory_alarm"] = 60;
        });
        await Eventually.TrueAsync(async () => (await host.EventsAsync()).Contains("\"limits\"", StringComparison.Ordinal), "the limit is changed", 60);
        Assert.DoesNotContain(" of 268435456 ", await host.EventsAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task WantOfMemory_OfOneVassalsOwnLimit_IsToldByTheKernel()
    {
        await using var host = await StartAsync();
        host.Define();
        await host.RunningAsync();
        host.WriteHome("vassals/greedy.ini", "[program]\nexec = python3 -c 'x = bytearray(100 * 1024 * 1024)'\nmemory = 32M\nrestart = never\n");
        await AlarmAsync(host, "OUT OF MEMORY");
    }

    private static async Task<ContainerHost> StartAsync() => await ContainerHost.StartAsync(static settings => settings["Alarm"] = new JsonObject { ["Interval"] = "00:00:30" });

    private static async Task GreedAsync(ContainerHost host) => await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", "x = bytearray(300000000)");

    private static Task AlarmAsync(ContainerHost host, string text) => Eventually.TrueAsync(
        async () => (await host.EventsAsync()).Split('\n').Any(line => line.Contains("\"alarm\"", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal)), $"the alarm '{text}' is raised; {host.Daemon.Output}", 120);
}
