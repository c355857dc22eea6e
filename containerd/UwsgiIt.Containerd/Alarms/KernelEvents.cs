using System.Globalization;
using System.Threading.Channels;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>
/// What the kernel tells of all containers' groups, heard by one thread: processes killed for want of memory, memory over the alarm's threshold
/// (version 1), forks refused. It says only whose group it was; who is told looks for himself.
/// </summary>
internal sealed partial class KernelEvents(ILogger<KernelEvents> logger) : IHostedService, IDisposable
{
    private readonly DescriptorPoll _poll = new();
    private readonly Channel<uint> _happened = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();

    // Guarded by _lock, as is every use of a source, and what is later.
    private readonly Dictionary<long, (uint Uid, EventSource Source)> _sources = [];
    private readonly LaterLooks _later = new();
    private long _last;
    private Thread? _thread;
    private volatile bool _stopping;

    /// <summary>Uids of containers that something happened to.</summary>
    public ChannelReader<uint> Happened => _happened.Reader;

    /// <summary>Somebody should look at this container.</summary>
    public void Tell(uint uid) => _happened.Writer.TryWrite(uid);

    /// <summary>Listens to a container that has just started or was adopted, or whose limits have changed.</summary>
    public void Begin(ContainerDefinition definition, ContainerCgroup cgroup)
    {
        lock (_lock)
        {
            EndUnderLock(definition.Uid);
            if (cgroup.Directory("memory") is { Version: 2 } unified)
            {
                Try(definition.Uid, () => EventSource.OfFile(unified, "memory.events"));
            }
            else if (cgroup.Directory("memory") is { } memory)
            {
                Try(definition.Uid, () => EventSource.OfControl(memory, "memory.oom_control"));
                if (definition.MemoryAlarm > 0)
                {
                    var threshold = (definition.Memory / 100 * definition.MemoryAlarm).ToString(CultureInfo.InvariantCulture);
                    Try(definition.Uid, () => EventSource.OfControl(memory, "memory.usage_in_bytes", threshold));
                }
            }

            if (cgroup.Directory("pids") is { } pids && pids.Has("pids.events"))
            {
                Try(definition.Uid, () => EventSource.OfFile(pids, "pids.events"));
            }
        }

        Tell(definition.Uid);
    }

    /// <summary>Listens to a group within a container's as well: version 1 tells nobody above of a want of memory.</summary>
    public void BeginBelow(uint uid, CgroupDirectory memory)
    {
        lock (_lock)
        {
            Try(uid, () => EventSource.OfControl(memory, "memory.oom_control"));
        }
    }

    /// <summary>The container has ended, its group is about to go.</summary>
    public void End(uint uid)
    {
        lock (_lock)
        {
            EndUnderLock(uid);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { Name = "kernel-events", IsBackground = true };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _poll.Wake();
        _thread?.Join();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var uid in _sources.Values.Select(static item => item.Uid).Distinct().ToList())
            {
                EndUnderLock(uid);
            }
        }

        _poll.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            var ids = _poll.Wait(UntilNextDue());
            lock (_lock)
            {
                foreach (var id in ids)
                {
                    if (_sources.TryGetValue(id, out var item))
                    {
                        _poll.Remove(item.Source.Handle);
                        _later.Add(id, item.Uid, Environment.TickCount64);
                        Tell(item.Uid);
                    }
                }

                while (_later.TryTakeSource(Environment.TickCount64, out var source))
                {
                    Resume(source);
                }

                while (_later.TryTakeContainer(Environment.TickCount64, out var uid))
                {
                    Tell(uid);
                }
            }
        }
    }

    private int UntilNextDue()
    {
        lock (_lock)
        {
            return _later.UntilNext(Environment.TickCount64);
        }
    }

    private void Resume(long id)
    {
        if (!_sources.TryGetValue(id, out var item))
        {
            return;
        }

        try
        {
            item.Source.Reset();
            _poll.Add(item.Source.Handle, id, item.Source.IsFile);
            Tell(item.Uid);
        }
        catch (IOException)
        {
            // Its group has gone; the container's end comes by another way.
            _sources.Remove(id);
            item.Source.Dispose();
        }
    }

    /// <summary>What cannot be listened to is looked at in the rounds all the same.</summary>
    private void Try(uint uid, Func<EventSource> open)
    {
        try
        {
            var source = open();
            _sources[++_last] = (uid, source);
            _poll.Add(source.Handle, _last, source.IsFile);
        }
        catch (IOException e)
        {
            Log.Deaf(logger, uid, e.Message);
        }
    }

    private void EndUnderLock(uint uid)
    {
        foreach (var (id, item) in _sources.Where(pair => pair.Value.Uid == uid).ToList())
        {
            _sources.Remove(id);
            _poll.Remove(item.Source.Handle);
            item.Source.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.AlarmDeaf, LogLevel.Warning, "The kernel tells nothing of container {Uid}: {Reason}")]
        public static partial void Deaf(ILogger logger, uint uid, string reason);
    }
}
