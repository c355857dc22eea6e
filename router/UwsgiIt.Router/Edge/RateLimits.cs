using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace UwsgiIt.Router.Edge;

/// <summary>Token buckets of the policies. They outlive a reload, so that nobody gets a fresh bucket by it; a changed rate is another set.</summary>
internal sealed class RateLimits : IDisposable
{
    // Ours: how finely a rate is given out.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<(string Name, int Rate, int Burst), PartitionedRateLimiter<ClientKey>> _byAddress = new();
    private readonly ConcurrentDictionary<(string Name, int Rate, int Burst), PartitionedRateLimiter<string>> _byName = new();

    /// <summary>A bucket for each address.</summary>
    public PartitionedRateLimiter<ClientKey> ByAddress(string name, int perSecond, int burst) => _byAddress.GetOrAdd((name, perSecond, burst), static key => Create<ClientKey>(key.Rate, key.Burst));

    /// <summary>A bucket for each name, or for each group of names.</summary>
    public PartitionedRateLimiter<string> ByName(string name, int perSecond, int burst) => _byName.GetOrAdd((name, perSecond, burst), static key => Create<string>(key.Rate, key.Burst));

    public void Dispose()
    {
        foreach (var (_, limiter) in _byAddress)
        {
            limiter.Dispose();
        }

        foreach (var (_, limiter) in _byName)
        {
            limiter.Dispose();
        }
    }

    private static PartitionedRateLimiter<T> Create<T>(int perSecond, int burst)
        where T : notnull
    {
        // Less than one token a period cannot be given out: such a rate has a longer period.
        var period = perSecond >= 10 ? Period : TimeSpan.FromSeconds(1.0 / perSecond);
        var options = new TokenBucketRateLimiterOptions { TokenLimit = burst, TokensPerPeriod = Math.Max(1, perSecond / 10), ReplenishmentPeriod = period, QueueLimit = 0, AutoReplenishment = true };
        return PartitionedRateLimiter.Create<T, T>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => options));
    }
}
