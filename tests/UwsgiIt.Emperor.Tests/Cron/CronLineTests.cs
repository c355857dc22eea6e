using CsCheck;
using UwsgiIt.Emperor.Cron;

namespace UwsgiIt.Emperor.Tests.Cron;

public sealed class CronLineTests
{
    // A Sunday.
    private static readonly DateTime Sunday = new(2026, 11, 22, 10, 15, 0, DateTimeKind.Unspecified);

    [Theory]
    [InlineData("-1 -1 -1 -1 -1 x", true)]
    [InlineData("15 10 -1 -1 -1 x", true)]
    [InlineData("16 10 -1 -1 -1 x", false)]
    [InlineData("-5 -1 -1 -1 -1 x", true)]
    [InlineData("-4 -1 -1 -1 -1 x", false)]
    [InlineData("-1 -1 22 11 -1 x", true)]
    [InlineData("-1 -1 22 12 -1 x", false)]
    [InlineData("-1 -1 -1 -1 0 x", true)]
    [InlineData("-1 -1 -1 -1 7 x", true)]
    [InlineData("-1 -1 -1 -1 1 x", false)]
    [InlineData("-1 -1 1 -1 7 x", true)]
    [InlineData("-1 -1 22 -1 1 x", true)]
    [InlineData("-1 -1 1 -1 1 x", false)]
    [InlineData("-1 -1 -2 -1 0 x", true)]
    [InlineData("-1 -1 -4 -1 0 x", false)]
    public void Matches_ByTheRules(string text, bool expected)
    {
        Assert.True(CronLine.TryReadFields(text, out var line));
        Assert.Equal(expected, line.Matches(Sunday));
    }

    [Fact]
    public void TryReadPairs_KeysAndCommand()
    {
        Assert.True(CronLine.TryReadPairs("minute=5,hour=-2,day=3,month=4,week=7,unique=1,harakiri=9,legion=x do this = that", out var line));
        Assert.Equal(new CronLine { Minute = 5, Hour = -2, Day = 3, Month = 4, Weekday = 7, IsUnique = true, Harakiri = TimeSpan.FromSeconds(9), Command = "do this = that" }, line);
        Assert.True(CronLine.TryReadPairs("just a command", out var every));
        Assert.Equal((CronLine.Any, "just a command"), (every.Minute, every.Command));
        Assert.True(CronLine.TryReadPairs("harakiri=0 x", out var endless));
        Assert.Null(endless.Harakiri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 3 4 5")]
    [InlineData("60 1 1 1 1 x")]
    [InlineData("1 24 1 1 1 x")]
    [InlineData("1 1 0 1 1 x")]
    [InlineData("1 1 1 13 1 x")]
    [InlineData("1 1 1 1 8 x")]
    [InlineData("* 1 1 1 1 x")]
    public void TryReadFields_Wrong_IsRefused(string text) => Assert.False(CronLine.TryReadFields(text, out _));

    [Theory]
    [InlineData("minute=x y")]
    [InlineData("second=1 y")]
    [InlineData("minute=1,hour y")]
    [InlineData("harakiri=-1 y")]
    [InlineData("")]
    public void TryReadPairs_Wrong_IsRefused(string text) => Assert.False(CronLine.TryReadPairs(text, out _));

    [Fact]
    public void Matches_ExactFields_OncePerYearOrLess() =>
        Gen.Select(Gen.Int[0, 59], Gen.Int[0, 23], Gen.Int[1, 28], Gen.Int[1, 12]).Sample(static (minute, hour, day, month) =>
        {
            Assert.True(CronLine.TryReadFields($"{minute} {hour} {day} {month} -1 x", out var line));
            Assert.True(line.Matches(new DateTime(2026, month, day, hour, minute, 30, DateTimeKind.Unspecified)));
            Assert.False(line.Matches(new DateTime(2026, month, day, hour, (minute + 1) % 60, 0, DateTimeKind.Unspecified)));
        });
}
