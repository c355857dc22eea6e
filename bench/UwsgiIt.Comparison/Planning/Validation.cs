namespace UwsgiIt.Comparison.Planning;

/// <summary>A held-out mix: what was predicted, and what came through.</summary>
internal sealed record Validation(Prediction Prediction, Measured Measured)
{
    // Where the generator or a neighbour was at its limit first, the rest of the budget is counted as if it were used alike.
    public double MeasuredPerSecond => Measured.IsSaturated ? Measured.PerSecond : Measured.PerSecond / Measured.Used;

    /// <summary>Of the prediction, relative to what was measured.</summary>
    public double Error => (Prediction.MostPerSecond / MeasuredPerSecond) - 1;

    public bool IsInInterval => MeasuredPerSecond >= Prediction.Low && MeasuredPerSecond <= Prediction.High;

    /// <summary>Measures every held-out mix, in interleaved rounds, at one of two budgets that it was not calibrated for alone.</summary>
    public static async Task<IReadOnlyList<Validation>> MeasureAsync(Gauge gauge, CapacityModel model, PlanPace pace, CancellationToken cancellationToken)
    {
        double[] budgets = [Calibration.UnitCores, Calibration.UnitCores * 1.6];
        var mixes = CalibrationSet.HeldOut.Select((mix, index) => (Mix: mix, Cores: budgets[index % budgets.Length], Rounds: new List<Measured>())).ToArray();

        // The predictions are made first.
        var predictions = mixes.Select(held => model.Predict(held.Mix, held.Cores)).ToArray();
        await gauge.WarmUpAsync(CalibrationSet.HeldOut, cancellationToken);
        for (var round = 0; round < pace.Rounds; round++)
        {
            foreach (var held in mixes)
            {
                held.Rounds.Add(await gauge.MixAsync(held.Mix, held.Cores, cancellationToken));
            }
        }

        return [.. mixes.Zip(predictions, static (held, prediction) => new Validation(prediction, Planning.Measured.Median(held.Rounds)))];
    }
}
