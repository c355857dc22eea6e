using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Emperors;
using UwsgiIt.Containerd.Quotas;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>
/// Compares what containers use with their thresholds: at once where the kernel tells that something happened, and in rounds of a bounded number of
/// looks for what it does not tell of (disk, and memory in version 2). The kernel counts kills and refusals, so none is missed between two looks.
/// </summary>
internal sealed class AlarmWatch(
    ContainerRegistry registry,
    CgroupHierarchy cgroups,
    DiskQuotas quotas,
    KernelEvents kernel,
    EmperorLinks emperors,
    EventLog events,
    AlarmSpool spool,
    IOptions<AlarmOptions> options,
    TimeProvider time) : BackgroundService
{
    private const int ProcessThreshold = 90;

    private readonly Dictionary<uint, WatchedContainer> _watched = [];
    private int _next;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(FollowStartsAsync(stoppingToken), WatchAsync(stoppingToken));

    public override void Dispose()
    {
        foreach (var watched in _watched.Values)
        {
            watched.Dispose();
        }

        base.Dispose();
    }

    private async Task FollowStartsAsync(CancellationToken stoppingToken)
    {
        await foreach (var item in events.FollowAsync(stoppingToken))
        {
            if (item.Kind is "started" or "adopted")
            {
                kernel.Tell(item.Uid);
            }
        }
    }

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        var round = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var happened = kernel.Happened.WaitToReadAsync(stoppingToken).AsTask();
        while (true)
        {
            await await Task.WhenAny(round, happened);
            if (happened.IsCompleted)
            {
                while (kernel.Happened.TryRead(out var uid))
                {
                    Look(uid);
                }

                happened = kernel.Happened.WaitToReadAsync(stoppingToken).AsTask();
            }

            if (round.IsCompleted)
            {
                LookRound();
                round = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            }
        }
    }

    /// <summary>As many as the budget allows; with more containers than that, each has its turn less often.</summary>
    private void LookRound()
    {
        var uids = registry.All.Select(static container => container.Uid).ToList();
        var looks = Math.Min(uids.Count, Math.Max(1, (int)(options.Value.LooksPerSecond * options.Value.Interval.TotalSeconds)));
        for (var i = 0; i < looks; i++)
        {
            Look(uids[(_next + i) % uids.Count]);
        }

        _next = uids.Count == 0 ? 0 : (_next + looks) % uids.Count;
        foreach (var uid in _watched.Keys.Where(uid => registry.Find(uid) is null).ToList())
        {
            spool.Forget(uid);
            _watched.Remove(uid, out var gone);
            gone!.Dispose();
        }
    }

    private void Look(uint uid)
    {
        if (registry.Find(uid) is not { } container || (container.Running?.Record.Definition ?? container.Wanted) is not { } definition)
        {
            return;
        }

        var watched = _watched.TryGetValue(uid, out var found) ? found : _watched[uid] = new WatchedContainer();
        var frequency = TimeSpan.FromSeconds(definition.AlarmFreq);
        if (watched.CountStarts(container.Starts, time.GetUtcNow(), options.Value.CrashLoopTime) is var starts && starts >= options.Value.CrashLoopStarts)
        {
            Raise(uid, "crash loop", $"container {uid}: started {starts} times within {options.Value.CrashLoopTime.TotalMinutes:F0} minutes", frequency);
        }

        if (container.Running is not { } running)
        {
            watched.Close();
            return;
        }

        try
        {
            Look(watched, running, frequency);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It ended as we looked.
            watched.Close();
        }
    }

    private void Look(WatchedContainer watched, RunningContainer running, TimeSpan frequency)
    {
        var (definition, uid, pid) = (running.Record.Definition, running.Record.Uid, running.Process.ProcessId);
        var probe = watched.ProbeOf(pid, () => new GroupProbe(cgroups.Of(uid)));
        if (watched.Kills.Advance(pid, probe.OomKills(), running.Adopted) is > 0 and var kills)
        {
            Raise(uid, "oom", $"container {uid}: OUT OF MEMORY !!! {kills} process(es) killed; what lies in /run/shm counts and is not freed by that", frequency);
        }

        if (watched.Refusals.Advance(pid, probe.Refusals(), running.Adopted) is > 0 and var refusals)
        {
            // A kind of its own: nearly full is no reason to keep silent about full.
            Raise(uid, "refusals", $"container {uid}: {refusals} process(es) refused, it may have {definition.Pids}", frequency);
        }

        // Cache is memory too, but nobody's trouble.
        if (IsOver(probe.Memory(), definition.Memory, definition.MemoryAlarm))
        {
            Compare(uid, "memory", probe.Rss(), definition.Memory, definition.MemoryAlarm, frequency);
        }

        Compare(uid, "processes", probe.Pids(), definition.Pids, ProcessThreshold, frequency);
        if (definition.QuotaThreshold > 0 && quotas.Read(uid) is { } disk)
        {
            Compare(uid, "storage", disk.Bytes, disk.LimitBytes, definition.QuotaThreshold, frequency);
            Compare(uid, "inodes", disk.Inodes, disk.LimitInodes, definition.QuotaThreshold, frequency);
        }
    }

    private static bool IsOver(long used, long limit, int threshold) => threshold > 0 && limit > 0 && used / (double)limit * 100 >= threshold;

    private void Compare(uint uid, string what, long used, long limit, int threshold, TimeSpan frequency)
    {
        if (IsOver(used, limit, threshold))
        {
            Raise(uid, what, $"container {uid}: {what} {used} of {limit} ({used / (double)limit * 100:F0} %) in use", frequency);
        }
    }

    private void Raise(uint uid, string kind, string text, TimeSpan frequency)
    {
        if (spool.Raise(uid, kind, text, frequency))
        {
            events.Add(uid, "alarm", text);
            emperors.Broadcast(uid, text);
        }
    }
}
