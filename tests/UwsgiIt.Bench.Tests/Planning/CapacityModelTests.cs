using CsCheck;
using UwsgiIt.Comparison;
using UwsgiIt.Comparison.Planning;

namespace UwsgiIt.Bench.Tests.Planning;

/// <summary>The model against hosts that are made up, so that the truth is known.</summary>
public sealed class CapacityModelTests
{
    private const double Cores = 0.25;
    private static readonly Scalability Flat = new(Cores, 20, 0, 0, 0, 1);
    private static readonly ConnectionMemory NoMemory = new(0, 0, 0);

    [Fact]
    public void Fit_OfAnyAdditiveHost_PredictsMixesItHasNotSeen() => Gen.Double[1, 2_000].Array[Primitives.Count].Sample(costs =>
    {
        var host = costs.Select(static (cost, index) => ((Primitive)index).ToString().EndsWith("Byte", StringComparison.Ordinal) ? cost / 1e6 : cost).ToArray();

        var model = CapacityModel.Fit(Measure(CalibrationSet.Fitted, host), Flat, NoMemory);

        return CalibrationSet.HeldOut.All(mix =>
        {
            var prediction = model.Predict(mix, Cores);
            var truth = Cores / CostOf(mix, host) * 1e6;
            return Math.Abs((prediction.MostPerSecond / truth) - 1) < 0.02 && prediction.Low <= truth && truth <= prediction.High;
        });
    }, seed: "0000KOIKS0y3", iter: 20);

    [Fact]
    public void Fit_OfANoisyHost_SaysHowFarItIsOff()
    {
        var host = Enumerable.Range(0, Primitives.Count).Select(static index => ((Primitive)index).ToString().EndsWith("Byte", StringComparison.Ordinal) ? 0.001 : 20.0 + index).ToArray();
        var random = new Random(1);
        var noisy = Measure(CalibrationSet.Fitted, host).Select(pair => (pair.Mix, pair.Measured with { CpuMicroseconds = pair.Measured.CpuMicroseconds * (0.9 + (0.2 * random.NextDouble())) })).ToArray();

        var model = CapacityModel.Fit(noisy, Flat, NoMemory);

        Assert.InRange(model.Error, 0.02, 0.15);
        Assert.All(CalibrationSet.HeldOut, mix => Assert.InRange(Cores / CostOf(mix, host) * 1e6, model.Predict(mix, Cores).Low, model.Predict(mix, Cores).High));
    }

    [Fact]
    public void Scalability_OfAKnownLaw_IsFound()
    {
        var law = new Scalability(0.25, 30, 0.05, 0.003, 0.1, 2);

        var fitted = Scalability.Fit([.. new[] { 0.25, 0.5, 0.75, 1, 2 }.Select(cores => (cores, 30 * law.CostAt(cores)))]);

        Assert.Equal(30, fitted.UnitMicroseconds, 3);
        Assert.Equal(0.05, fitted.Contention, 4);
        Assert.Equal(0.003, fitted.Coherency, 4);
        Assert.Equal(0.1, fitted.ColdStart, 4);
        Assert.Equal(2, fitted.MostCores);
        Assert.Equal(1, fitted.CostAt(0.25), 6);
    }

    [Fact]
    public void Prediction_BeyondWhatWasMeasured_IsLessCertain()
    {
        var model = CapacityModel.Fit(Measure(CalibrationSet.Fitted, [.. Enumerable.Repeat(10.0, Primitives.Count)]), Flat, NoMemory);

        var within = model.Predict(CalibrationSet.HeldOut[0], 1);
        var beyond = model.Predict(CalibrationSet.HeldOut[0], 4);

        Assert.True(beyond.High / beyond.Low > within.High / within.Low);
    }

    [Fact]
    public void Switch_IsTheChanceThatTwoRequestsDiffer()
    {
        PlannedMix same = new([new(3), new(1, ResponseBytes: 1_000)]), mixed = new([new(3), new(1, Upstream: Upstream.Uwsgi)]), sizes = new([new(1), new(1, ResponseBytes: 100_000)]);

        Assert.Equal(0, Primitives.Of(same)[(int)Primitive.Switch], 9);
        Assert.Equal(0.375, Primitives.Of(mixed)[(int)Primitive.Switch], 9);
        Assert.Equal(0.5, Primitives.Of(sizes)[(int)Primitive.Switch], 9);
    }

    [Fact]
    public void Headroom_IsOfTheLowerEnd()
    {
        var mix = CalibrationSet.HeldOut[0] with { RequestsPerSecond = 100, Connections = 1_000, TlsConnections = 10 };
        var prediction = new Prediction(mix, 1, 400, 300, 500, 0);

        Assert.Equal(3, prediction.Headroom);
        Assert.Equal(0.25, prediction.Utilisation);
        Assert.Null((prediction with { Mix = CalibrationSet.HeldOut[0] }).Headroom);
    }

    [Fact]
    public void NonNegative_NeverIsNegativeAndNeverWorseThanZero() => Gen.Double[-10, 10].Array[4].Array[6].Select(Gen.Double[-10, 10].Array[6]).Sample((rows, wanted) =>
    {
        var x = LeastSquares.NonNegative(rows, wanted);

        double Left(double[] values) => rows.Zip(wanted, (row, want) => Math.Pow(row.Zip(values, static (a, b) => a * b).Sum() - want, 2)).Sum();
        var best = Left(x);
        return x.All(static value => value >= 0) && best <= Left(new double[4]) + 1e-9
            && Enumerable.Range(0, 4).All(column => best <= Left([.. x.Select((value, index) => index == column ? value + 0.01 : value)]) + 1e-6);
    }, seed: "0000KOIKS0y3", iter: 50);

    private static (PlannedMix Mix, Measured Measured)[] Measure(IReadOnlyList<PlannedMix> mixes, double[] host) =>
        [.. mixes.Select(mix => (mix, new Measured(Cores / CostOf(mix, host) * 1e6, CostOf(mix, host), 1)))];

    private static double CostOf(PlannedMix mix, double[] host) => Primitives.Of(mix).Zip(host, static (count, cost) => count * cost).Sum();
}
