using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Control;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>
/// Compares what containers use with their thresholds. The kernel counts OOM kills and a look only reads the count, so none is missed between two
/// looks.
/// </summary>
internal sealed class AlarmWatch(ContainerRegistry registry, ContainerReports reports, EventLog events, AlarmSpool spool, IOptions<AlarmOptions> options, TimeProvider time) : BackgroundService
{
    private const int ProcessThreshold = 90;

    private readonly Dictionary<uint, WatchedContainer> _watched = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var container in registry.All)
            {
                Look(container);
            }

            foreach (var uid in _watched.Keys.Where(uid => registry.Find(uid) is null).ToList())
            {
                spool.Forget(uid);
                _watched.Remove(uid);
            }
        }
    }

    private void Look(HostedContainer container)
    {
        if ((container.Running?.Record.Definition ?? container.Wanted) is not { } definition)
        {
            return;
        }

        var watched = _watched.TryGetValue(container.Uid, out var found) ? found : _watched[container.Uid] = new WatchedContainer(container.Starts);
        var frequency = TimeSpan.FromSeconds(definition.AlarmFreq);
        if (watched.CountStarts(container.Starts, time.GetUtcNow(), options.Value.CrashLoopTime) is var starts && starts >= options.Value.CrashLoopStarts)
        {
            Raise(container.Uid, "crash loop", $"container {container.Uid}: started {starts} times within {options.Value.CrashLoopTime.TotalMinutes:F0} minutes", frequency);
        }

        if (container.Running is not { } running || reports.Of(container).Usage is not { } usage)
        {
            return;
        }

        if (watched.CountKills(running.Process.ProcessId, usage.OomKills) is > 0 and var kills)
        {
            Raise(container.Uid, "oom", $"container {container.Uid}: OUT OF MEMORY !!! {kills} process(es) killed; what lies in /run/shm counts and is not freed by that", frequency);
        }

        Compare(container.Uid, "memory", usage.Rss, usage.MemoryLimit, definition.MemoryAlarm, frequency);
        Compare(container.Uid, "storage", usage.Disk ?? 0, usage.DiskLimit ?? 0, definition.QuotaThreshold, frequency);
        Compare(container.Uid, "inodes", usage.Inodes ?? 0, usage.InodesLimit ?? 0, definition.QuotaThreshold, frequency);
        Compare(container.Uid, "processes", usage.Pids, usage.PidsLimit, ProcessThreshold, frequency);
    }

    private void Compare(uint uid, string what, long used, long limit, int threshold, TimeSpan frequency)
    {
        if (threshold > 0 && limit > 0 && used / (double)limit * 100 >= threshold)
        {
            Raise(uid, what, $"container {uid}: {what} {used} of {limit} ({used / (double)limit * 100:F0} %) in use", frequency);
        }
    }

    private void Raise(uint uid, string kind, string text, TimeSpan frequency)
    {
        if (spool.Raise(uid, kind, text, frequency))
        {
            events.Add(uid, "alarm", text);
        }
    }
}
