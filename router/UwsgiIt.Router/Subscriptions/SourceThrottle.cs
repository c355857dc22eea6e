namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Token buckets of the sources of unverified packets, and one over all of them. By source and never by key: junk must not silence the
/// owner of a key. Used by one thread at a time.
/// </summary>
internal sealed class SourceThrottle
{
    // Bound of memory under spoofed sources: past it all buckets start afresh, the total still holds.
    private const int MaxSources = 65_536;

    private readonly Dictionary<ulong, Bucket> _buckets = [];
    private Bucket _total;

    /// <summary>Takes a token; false when the source, or all together, have none left. A bucket holds two seconds' worth.</summary>
    public bool TryTake(ulong source, int perSecond, int perSecondTotal, long nowMilliseconds)
    {
        if (_buckets.Count >= MaxSources)
        {
            _buckets.Clear();
        }

        ref var bucket = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_buckets, source, out _);
        return bucket.TryTake(perSecond, nowMilliseconds) && _total.TryTake(perSecondTotal, nowMilliseconds);
    }

    private struct Bucket
    {
        private long _millitokens;
        private long _filledAt;

        public bool TryTake(int perSecond, long now)
        {
            var full = perSecond * 2_000L;
            _millitokens = _filledAt == 0 ? full : Math.Min(full, _millitokens + (Math.Max(0, now - _filledAt) * perSecond));
            _filledAt = now;
            if (_millitokens < 1_000)
            {
                return false;
            }

            _millitokens -= 1_000;
            return true;
        }
    }
}
