namespace UwsgiIt.Containerd.Alarms;

/// <summary>What was seen of a container at the last look.</summary>
internal sealed class WatchedContainer : IDisposable
{
    private readonly Queue<DateTimeOffset> _times = new();
    private int _starts;
    private (int ProcessId, GroupProbe Probe)? _probe;

    /// <summary>Processes killed for want of memory.</summary>
    public CounterWatch Kills { get; } = new();

    /// <summary>Forks refused.</summary>
    public CounterWatch Refusals { get; } = new();

    /// <summary>Starts within the time up to now.</summary>
    public int CountStarts(int starts, DateTimeOffset now, TimeSpan within)
    {
        for (; _starts < starts; _starts++)
        {
            _times.Enqueue(now);
        }

        while (_times.Count > 0 && now - _times.Peek() > within)
        {
            _times.Dequeue();
        }

        return _times.Count;
    }

    /// <summary>The open files of the group of this pid 1; every start has a group of its own.</summary>
    public GroupProbe ProbeOf(int processId, Func<GroupProbe> open)
    {
        if (_probe is not { } known || known.ProcessId != processId)
        {
            Close();
            _probe = (processId, open());
        }

        return _probe.Value.Probe;
    }

    /// <summary>It does not run: what is open of its group goes.</summary>
    public void Close()
    {
        _probe?.Probe.Dispose();
        _probe = null;
    }

    public void Dispose() => Close();
}
