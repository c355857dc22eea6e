namespace UwsgiIt.Containerd.Alarms;

/// <summary>A counter of the kernel's that begins anew with each start of a container.</summary>
internal sealed class CounterWatch
{
    private (int ProcessId, long Count)? _last;

    /// <summary>What was added since the last look; what was there at the first look at a container that we adopted is old news.</summary>
    public long Advance(int processId, long count, bool adopted)
    {
        var before = _last is { } known && known.ProcessId == processId ? known.Count : _last is null && adopted ? count : 0;
        _last = (processId, count);
        return count - before;
    }
}
