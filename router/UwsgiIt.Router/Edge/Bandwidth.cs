namespace UwsgiIt.Router.Edge;

/// <summary>How many bytes of responses a name sends in a second. Whoever is ahead of the rate waits; a quiet second may be made up for.</summary>
internal sealed class Bandwidth(long bytesPerSecond)
{
    private const long BurstMilliseconds = 1000;

    // Thousandths of a millisecond, so that small pieces count too.
    private long _paidUntil;

    /// <summary>Accounts for bytes that were sent and waits until the rate allows more.</summary>
    public ValueTask TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        var cost = bytes * 1_000_000L / bytesPerSecond;
        while (true)
        {
            var now = Environment.TickCount64 * 1000;
            var paid = Volatile.Read(ref _paidUntil);
            var next = Math.Max(paid, now - (BurstMilliseconds * 1000)) + cost;
            if (Interlocked.CompareExchange(ref _paidUntil, next, paid) == paid)
            {
                return next <= now ? default : new ValueTask(Task.Delay(TimeSpan.FromMicroseconds(next - now), cancellationToken));
            }
        }
    }
}
