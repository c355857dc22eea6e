using CsCheck;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Tests.Alarms;

public sealed class AlarmRangeTests
{
    /// <summary>Against the contract's own words: desc[0:n], desc[a:b], asc[b:a].</summary>
    [Fact]
    public void Range_OfAnyNumbers_IsTheStretchOfTheContract() => Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 20]).Sample((a, b, count) =>
    {
        var ascending = Enumerable.Range(0, count).ToList();
        var descending = ascending.AsEnumerable().Reverse().ToList();
        var expected = a <= b ? descending.Skip(a).Take(b - a) : ascending.Skip(b).Take(a - b);
        var range = AlarmRange.Parse($"{a}-{b}");
        Assert.Equal(expected, (range.OldestFirst ? ascending : descending).Skip(range.Skip).Take(range.Take));
        Assert.Equal(new AlarmRange(0, a, false), AlarmRange.Parse($"{a}"));
    });

    [Fact]
    public void Range_OfAnyText_IsAStretchOrRefused() => Gen.String[Gen.Char["0123456789-ax. "], 0, 12].Sample(text =>
    {
        try
        {
            var range = AlarmRange.Parse(text);
            Assert.True(range is { Skip: >= 0, Take: >= 0 });
        }
        catch (Fault fault)
        {
            Assert.Equal(FaultKind.RangeNotSatisfiable, fault.Kind);
        }
    });
}
