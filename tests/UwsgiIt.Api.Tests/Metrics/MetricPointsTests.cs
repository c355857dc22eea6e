using CsCheck;
using UwsgiIt.Api.Metrics;

namespace UwsgiIt.Api.Tests.Metrics;

public sealed class MetricPointsTests
{
    [Fact]
    public void Points_PackedAndUnpacked_AreTheSame() => Gen.Select(Gen.Int[0, 3599], Gen.Long).List[0, 50].Sample(points =>
    {
        var raw = points.Select(static point => new RawPoint(7200 + point.Item1, point.Item2)).ToList();
        var data = new byte[raw.Count * MetricPoints.RawSize];
        for (var i = 0; i < raw.Count; i++)
        {
            MetricPoints.WriteRaw(data.AsSpan(i * MetricPoints.RawSize), 7200, raw[i]);
        }

        Assert.Equal(raw, MetricPoints.ReadRaw(7200, data));
        var steps = raw.Select(static point => new StepPoint(point.Unix, point.Value, point.Value, point.Value, point.Value)).ToList();
        Assert.Equal(steps, MetricPoints.ReadSteps(7200, MetricPoints.WriteSteps(7200, steps)));
    });

    [Fact]
    public void Gather_KeepsLastSmallestLargestAndMean()
    {
        var points = new[] { 3L, 9, 6 }.Select(static (value, i) => new StepPoint(600 + (i * 30), value, value, value, value)).Append(new StepPoint(900, 1, 1, 1, 1));
        Assert.Equal([new StepPoint(600, 6, 3, 9, 6), new StepPoint(900, 1, 1, 1, 1)], MetricPoints.Gather(points, 300));
    }
}
