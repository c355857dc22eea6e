namespace UwsgiIt.Containerd.Alarms;

/// <summary>What was seen of a container at the last look.</summary>
internal sealed class WatchedContainer(int starts)
{
    private readonly Queue<DateTimeOffset> _times = new();
    private int _starts = starts;
    private (int ProcessId, long Kills)? _kills;

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

    /// <summary>OOM kills since the last look; those before the first look at a container that we adopted are old news.</summary>
    public long CountKills(int processId, long kills)
    {
        var before = _kills is { } known && known.ProcessId == processId ? known.Kills : _kills is null ? kills : 0;
        _kills = (processId, kills);
        return kills - before;
    }
}
