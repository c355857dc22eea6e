namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>Bombs go off inside; the neighbour goes on, and pid 1 too. Limits change while a container runs.</summary>
public sealed class LimitTests
{
    [SkippableFact]
    public async Task Bombs_HurtOnlyTheContainerTheyAreIn()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Alarm"] = new System.Text.Json.Nodes.JsonObject { ["Interval"] = "00:00:00.3" });
        host.Define(change: static definition =>
        {
            definition["memory"] = 96 * 1024 * 1024;
            definition["pids"] = 100;
        });
        host.Define(30_002);
        await host.RunningAsync();
        await host.RunningAsync(30_002);
        var (pid, neighbour) = (await host.PidAsync(), await host.PidAsync(30_002));

        // Processes: the hundredth is refused.
        var (_, output) = await host.ShellAsync("i=0; while [ $i -lt 300 ]; do sleep 5 & i=$((i+1)); done; echo still here");
        Assert.Contains("fork", output, StringComparison.OrdinalIgnoreCase);
        await AliveAsync();

        // Memory: the greedy one dies.
        (_, output) = await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", "print('start', flush=True); x = bytearray(300000000); print('survived')");
        Assert.DoesNotContain("survived", output, StringComparison.Ordinal);
        await AliveAsync();
        await Eventually.TrueAsync(() => Task.FromResult(File.ReadAllText(host.Home("logs/emperor.log")).Contains("OUT OF MEMORY", StringComparison.Ordinal)), "the alarm is in the container's log", 60);
        Assert.NotEmpty(Directory.EnumerateFiles(host.Folder.File("state/alarms"), "*.json"));

        // Shared memory is charged to the container. (Filled to the limit it would leave no memory for anything else until it is removed.)
        (_, output) = await host.ShellAsync("head -c 60000000 /dev/zero > /run/shm/x; cat /run/cgroup/memory/memory.usage_in_bytes /run/cgroup/memory.current 2>/dev/null; rm -f /run/shm/x");
        Assert.InRange(long.Parse(output, System.Globalization.CultureInfo.InvariantCulture), 60_000_000, 96 * 1024 * 1024);
        await AliveAsync();

        // Descriptors.
        (_, output) = await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", "import os\nf = []\ntry:\n    while True: f.append(os.open('/dev/null', 0))\nexcept OSError as e: print(len(f), e.errno)");
        Assert.Contains(" 24", output, StringComparison.Ordinal);
        await AliveAsync();

        // Files of shared memory (I34), and what the kernel counts by user (I33): the neighbour is another one.
        (_, output) = await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", "import os\ni = 0\ntry:\n    while i < 20000: open('/run/shm/%d' % i, 'w').close(); i += 1\nexcept OSError as e: print(i, e.errno)\nfor j in range(i): os.unlink('/run/shm/%d' % j)");
        Assert.Contains(" 28", output, StringComparison.Ordinal);
        const string Watches = "import ctypes\nlibc = ctypes.CDLL(None)\nn = 0\nwhile n < 5000 and libc.inotify_init1(0) >= 0: n += 1\nprint(n, flush=True)\n";
        using (var watcher = host.Enter(ContainerHost.FirstUid, "python3", "-c", Watches + "import time\ntime.sleep(600)"))
        {
            await Eventually.TrueAsync(() => Task.FromResult(watcher.Output.Trim().Length > 0), "it has all it can get", 60);
            (_, output) = await host.ExecuteAsync(30_002, 60, "python3", "-c", Watches);

            // Of the host's 128 for each: pid 1 has some, and the kernel is late to count some back. With one owner for all, the neighbour would have none.
            Assert.InRange(int.Parse(output.Trim(), System.Globalization.CultureInfo.InvariantCulture), 64, 5000);
        }

        async Task AliveAsync()
        {
            Assert.Equal(pid, await host.PidAsync());
            Assert.Equal(neighbour, await host.PidAsync(30_002));
            var (code, answer) = await host.ShellAsync("echo alive", 30_002);
            Assert.True(code == 0 && answer.Contains("alive", StringComparison.Ordinal), answer);
        }
    }

    [SkippableFact]
    public async Task Limits_ChangedInTheDefinition_AreTheKernelsAtOnce_WithoutARestart()
    {
        await using var host = await ContainerHost.StartAsync();
        host.Define();
        await host.RunningAsync();
        var pid = await host.PidAsync();
        host.Define(change: static definition =>
        {
            definition["memory"] = 128 * 1024 * 1024;
            definition["pids"] = 77;
            definition["cpu_weight"] = 200;
            definition["cpu_max"] = 0.5;
        });
        await Eventually.TrueAsync(async () => (await host.ContainerAsync())!.Value.GetProperty("usage") is var usage && usage.GetProperty("memory_limit").GetInt64() == 128 * 1024 * 1024 && usage.GetProperty("pids_limit").GetInt64() == 77, "the limits are in force", 60);
        Assert.Equal(pid, await host.PidAsync());
        var cpu = host.Cgroups().Select(static parent => parent + "/30001").First(static path => File.Exists(path + "/cpu.shares") || File.Exists(path + "/cpu.weight"));
        Assert.Equal(File.Exists(cpu + "/cpu.weight") ? "200" : "2048", File.ReadAllText(cpu + (File.Exists(cpu + "/cpu.weight") ? "/cpu.weight" : "/cpu.shares")).Trim());
        Assert.Contains("50000", File.ReadAllText(cpu + (File.Exists(cpu + "/cpu.max") ? "/cpu.max" : "/cpu.cfs_quota_us")), StringComparison.Ordinal);
    }
}
