namespace UwsgiIt.Containerd.Alarms;

/// <summary>
/// When a container that the kernel told of is listened to again, and looked at once more. Times are milliseconds of one clock that only goes forward;
/// not safe for several threads.
/// </summary>
internal sealed class LaterLooks
{
    /// <summary>
    /// A group in trouble has trouble all the time. After an event it is not listened to for this long; the counters go on meanwhile and are looked
    /// at once more afterwards (version 1 tells of the want of memory before it kills).
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>On a busy machine the kill itself may come later than that; once more then, which costs a look after trouble and nothing otherwise.</summary>
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(5);

    private readonly Queue<(long Due, long Source)> _paused = new();
    private readonly Queue<(long Due, uint Uid)> _again = new();
    private readonly HashSet<uint> _isAgain = [];

    /// <summary>The kernel told, by this source, of this container.</summary>
    public void Add(long source, uint uid, long now)
    {
        _paused.Enqueue((now + (long)Pause.TotalMilliseconds, source));
        if (_isAgain.Add(uid))
        {
            _again.Enqueue((now + (long)Second.TotalMilliseconds, uid));
        }
    }

    /// <summary>A source that is to be listened to again.</summary>
    public bool TryTakeSource(long now, out long source)
    {
        source = _paused.TryPeek(out var next) && next.Due <= now ? _paused.Dequeue().Source : 0;
        return source != 0;
    }

    /// <summary>A container that is due for its second look.</summary>
    public bool TryTakeContainer(long now, out uint uid)
    {
        uid = _again.TryPeek(out var next) && next.Due <= now ? _again.Dequeue().Uid : 0;
        return uid != 0 && _isAgain.Remove(uid);
    }

    /// <summary>Milliseconds until something is due; -1: nothing waits.</summary>
    public int UntilNext(long now)
    {
        var due = Math.Min(_paused.TryPeek(out var source) ? source.Due : long.MaxValue, _again.TryPeek(out var container) ? container.Due : long.MaxValue);
        return due == long.MaxValue ? -1 : (int)Math.Max(0, due - now);
    }
}
