namespace UwsgiIt.Router.Edge;

/// <summary>Counts what happens in spans of ten seconds, from any thread, roughly: two threads at the turn of a span may both begin it.</summary>
internal sealed class SlidingCount
{
    private const long SpanMilliseconds = 10_000;

    private long _spanEnd;
    private int _count;

    /// <summary>Adds one and tells how many there are in this span.</summary>
    public int Add()
    {
        var now = Environment.TickCount64;
        if (now > Volatile.Read(ref _spanEnd))
        {
            Volatile.Write(ref _spanEnd, now + SpanMilliseconds);
            Volatile.Write(ref _count, 0);
        }

        return Interlocked.Increment(ref _count);
    }
}
