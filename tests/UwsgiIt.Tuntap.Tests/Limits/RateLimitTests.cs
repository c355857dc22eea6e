using UwsgiIt.Tuntap.Limits;

namespace UwsgiIt.Tuntap.Tests.Limits;

public sealed class RateLimitTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void TryTake_GivesTheBurstAndThenTheRate()
    {
        var limit = new RateLimit();
        limit.Set(1_000, 500);
        Assert.True(limit.TryTake(500, Second));
        Assert.False(limit.TryTake(1, Second));
        Assert.True(limit.TryTake(100, Second + (Second / 10)));
        Assert.False(limit.TryTake(1, Second + (Second / 10)));
        Assert.True(limit.TryTake(500, 10 * Second));
        Assert.False(limit.TryTake(1, 10 * Second));
    }

    [Fact]
    public void Wait_AfterADebt_TellsWhenItIsPaid()
    {
        var limit = new RateLimit();
        limit.Set(1_000, 500);
        limit.Take(1_500, 0);
        Assert.Equal(Second, limit.Wait(0));
        Assert.Equal(0, limit.Wait(Second));
    }

    [Fact]
    public void NoRate_IsNoLimit()
    {
        var limit = new RateLimit();
        Assert.True(limit.TryTake(long.MaxValue, 0));
        limit.Take(long.MaxValue, 0);
        Assert.Equal(0, limit.Wait(0));
    }

    [Fact]
    public void TryTake_FromSeveralThreads_GivesNoMoreThanThereIs()
    {
        var limit = new RateLimit();
        limit.Set(1, 10_000);
        var taken = 0;
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                if (limit.TryTake(1, Second))
                {
                    Interlocked.Increment(ref taken);
                }
            }
        });
        Assert.Equal(10_000, taken);
    }

    [Fact]
    public void Set_OfTheLargestNumbers_DoesNotOverflow()
    {
        var limit = new RateLimit();
        limit.Set(1, 1L << 40);
        Assert.True(limit.TryTake(1L << 30, 0));
        limit.Set(1L << 40, 1L << 37);
        Assert.True(limit.TryTake(65_536, 0));
    }
}
