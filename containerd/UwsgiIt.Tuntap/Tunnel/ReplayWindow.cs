namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>Which counters of a session have come: each is taken once, those too far behind the highest never. One thread uses it.</summary>
internal sealed class ReplayWindow
{
    /// <summary>How far behind the highest a counter may be. Ours: more than any reordering of a path with several queues.</summary>
    public const int Size = 2048;

    private readonly ulong[] _seen = new ulong[Size / 64];
    private ulong _next;

    /// <summary>True when the counter is new; it is not from then on. Only for what was found genuine.</summary>
    public bool TryTake(ulong counter)
    {
        if (counter == ulong.MaxValue || (counter < _next && _next - counter > Size))
        {
            return false;
        }

        if (counter >= _next)
        {
            Forget(counter);
            _next = counter + 1;
        }

        ref var word = ref _seen[(int)(counter % Size) / 64];
        var bit = 1UL << (int)(counter % 64);
        var isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }

    // What lies between the highest so far and the new one has not come, whatever stood in its place.
    private void Forget(ulong counter)
    {
        if (counter - _next >= Size)
        {
            Array.Clear(_seen);
            return;
        }

        for (var at = _next; at <= counter; at++)
        {
            _seen[(int)(at % Size) / 64] &= ~(1UL << (int)(at % 64));
        }
    }
}
