namespace UwsgiIt.Tuntap.Limits;

/// <summary>
/// A token bucket kept as one number, the time at which it is full again (the generic cell rate algorithm), so that several threads share it
/// without a lock.
/// </summary>
internal sealed class RateLimit
{
    private long _rate;
    private long _burstNanoseconds;
    private long _fullAt;

    /// <summary>Units per second; 0 for no limit.</summary>
    public long Rate => Volatile.Read(ref _rate);

    /// <summary>Sets rate and depth of the bucket, both in units; 0 units per second is no limit. A bucket that changes starts full.</summary>
    public void Set(long unitsPerSecond, long burstUnits)
    {
        var burst = unitsPerSecond == 0 ? 0 : Cost(burstUnits, unitsPerSecond);
        if (unitsPerSecond == Rate && burst == Volatile.Read(ref _burstNanoseconds))
        {
            return;
        }

        Volatile.Write(ref _fullAt, 0);
        Volatile.Write(ref _burstNanoseconds, burst);
        Volatile.Write(ref _rate, unitsPerSecond);
    }

    /// <summary>Takes units when they are there. <paramref name="now"/> is in nanoseconds of any steady clock.</summary>
    public bool TryTake(long units, long now)
    {
        var rate = Rate;
        return rate == 0 || TryTake(units, now, rate, Volatile.Read(ref _burstNanoseconds));
    }

    /// <summary>Takes units whether they are there or not; <see cref="Wait"/> tells when the debt is paid.</summary>
    public void Take(long units, long now)
    {
        var rate = Rate;
        if (rate != 0)
        {
            TryTake(units, now, rate, long.MaxValue / 2);
        }
    }

    /// <summary>Nanoseconds until units are there again, 0 when they are.</summary>
    public long Wait(long now) => Rate == 0 ? 0 : Math.Max(0, Volatile.Read(ref _fullAt) - now - Volatile.Read(ref _burstNanoseconds));

    private bool TryTake(long units, long now, long rate, long burst)
    {
        var cost = Cost(units, rate);
        while (true)
        {
            var fullAt = Volatile.Read(ref _fullAt);
            var next = Math.Max(fullAt, now) + cost;
            if (next - now > burst)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt)
            {
                return true;
            }
        }
    }

    // Through 128 bits: the largest burst times a second does not fit into 64.
    private static long Cost(long units, long rate) => (long)UInt128.Min((UInt128)(long.MaxValue / 4), (UInt128)(ulong)units * 1_000_000_000 / (ulong)rate);
}
