using UwsgiIt.Emperor.Vassals;

namespace UwsgiIt.Emperor.Tests.Vassals;

public sealed class BlacklistTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public void Add_AgainAndAgain_WaitsOneSecondMoreUpToThreeMinutesThenHalf()
    {
        var blacklist = new Blacklist();
        var delays = Enumerable.Range(0, 183).Select(_ => blacklist.Add("a", Start).Delay).ToArray();
        Assert.Equal(TimeSpan.FromMilliseconds(1), delays[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(1001), delays[1]);

        // As captured from the original: attempt 11, throttle_level 11001.
        Assert.Equal(TimeSpan.FromMilliseconds(11001), delays[11]);
        Assert.Equal(TimeSpan.FromMilliseconds(180001), delays[180]);
        Assert.Equal(TimeSpan.FromMilliseconds(90000.5), delays[181]);
        Assert.Equal(182, blacklist.Entries.Single().Attempt);
    }

    [Fact]
    public void DelayOf_CountsFromTheLastAttempt()
    {
        var blacklist = new Blacklist();
        blacklist.Add("a", Start);
        blacklist.Add("a", Start.AddSeconds(10));
        Assert.Equal(TimeSpan.FromMilliseconds(501), blacklist.DelayOf("a", Start.AddSeconds(10.5)));
        Assert.Equal(TimeSpan.Zero, blacklist.DelayOf("a", Start.AddSeconds(12)));
        Assert.Equal(TimeSpan.Zero, blacklist.DelayOf("b", Start));
        blacklist.Remove("a");
        Assert.Equal(TimeSpan.Zero, blacklist.DelayOf("a", Start.AddSeconds(10.5)));
    }

    [Fact]
    public void Prune_ForgetsWhoIsLongGone_AndOnlyHim()
    {
        var blacklist = new Blacklist();
        blacklist.Add("gone", Start);
        blacklist.Add("there", Start);
        blacklist.Prune(new HashSet<string> { "there" }, Start.AddSeconds(300));
        Assert.Equal(2, blacklist.Entries.Count);
        blacklist.Prune(new HashSet<string> { "there" }, Start.AddSeconds(361));
        Assert.Equal("there", blacklist.Entries.Single().Name);
    }
}
