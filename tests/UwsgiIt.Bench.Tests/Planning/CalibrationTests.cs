using UwsgiIt.Comparison;
using UwsgiIt.Comparison.Planning;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Bench.Tests.Planning;

/// <summary>Measurements that are kept: a model can be fitted to them, and held against them, at any later time.</summary>
public sealed class CalibrationTests
{
    private const double Cores = 0.25;

    [Fact]
    public void Load_OfWhatWasWritten_PredictsTheSame()
    {
        using var folder = new TempDirectory();
        var calibration = Calibrated();
        MeasurementFile.Write(folder.File("calibration.json"), calibration);

        var again = Calibration.Load(folder.File("calibration.json"));

        Assert.All(CalibrationSet.HeldOut, mix => Assert.Equal(calibration.Model.Predict(mix, 1).MostPerSecond, again.Model.Predict(mix, 1).MostPerSecond));
        Assert.Equal(new ConnectionMemory(1, 2, 3), again.Memory);
    }

    [Fact]
    public void Load_OfAnotherVersionsKinds_IsRefused()
    {
        using var folder = new TempDirectory();
        var calibration = Calibrated();
        MeasurementFile.Write(folder.File("calibration.json"), calibration with { Kinds = [.. calibration.Kinds.Skip(1)] });

        Assert.Throws<ArgumentException>(() => Calibration.Load(folder.File("calibration.json")));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""[{ "name": "nobody's mix", "cores": 1, "rounds": [] }]""")]
    public void Load_OfSomethingElse_IsRefused(string text)
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("some.json"), text);

        Assert.Throws<ArgumentException>(() => Calibration.Load(folder.File("some.json")));
        Assert.Throws<ArgumentException>(() => Validation.Load(folder.File("some.json")));
    }

    [Fact]
    public void Validation_OfKeptMeasurements_HoldsEachAgainstItsPrediction()
    {
        var model = Calibrated().Model;
        var held = CalibrationSet.HeldOut.Select(mix => new Observed(mix.Name, Cores, [Rate(model.Predict(mix, Cores).MostPerSecond / 1.1)])).ToArray();

        var validations = Validation.Of(model, held);

        Assert.Equal(CalibrationSet.HeldOut.Count, validations.Count);
        Assert.All(validations, static validation => Assert.Equal(0.1, validation.Error, 6));
        Assert.Contains("median error 10.0 %", PlanReport.Verdict(validations), StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_OfARouterWithRoomLeft_CountsTheRestAlike()
    {
        var prediction = new Prediction(CalibrationSet.HeldOut[0], Cores, 1_000, 900, 1_100, 0);

        Assert.Equal(0, new Validation(prediction, new Measured(500, 250, 0.5)).Error, 6);
        Assert.Equal(1, new Validation(prediction, new Measured(500, 500, 1)).Error, 6);
    }

    [Fact]
    public void Observed_HasTheMiddleOfEachFigure()
    {
        var observed = new Observed("some", 1, [new Measured(1, 30, 0.9), new Measured(3, 10, 1), new Measured(2, 1_000, 0.2)]);

        Assert.Equal(new Measured(2, 30, 0.9), observed.Median);
    }

    private static Calibration Calibrated() => new(
        new Machine("today", "none", "some", 2, "6", ".NET", 0), new ConnectionMemory(1, 2, 3),
        [new Observed("small answers", Cores, [Rate(10_000)]), new Observed("small answers", 2 * Cores, [Rate(19_000) with { CpuMicroseconds = 26 }])],
        [.. CalibrationSet.Fitted.Select((mix, index) => new Observed(mix.Name, Cores, [Rate(10_000 - (10 * index)), Rate(9_000), Rate(12_000)]))]);

    private static Measured Rate(double perSecond) => new(perSecond, Cores / perSecond * 1e6, 1);
}
