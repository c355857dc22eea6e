namespace UwsgiIt.Comparison.Planning;

/// <summary>A held-out mix: what was predicted, and what came through.</summary>
internal sealed record Validation(Prediction Prediction, Measured Measured)
{
    // Where the generator or a neighbour was at its limit first, the rest of the budget is counted as if it were used alike.
    public double MeasuredPerSecond => Measured.IsSaturated ? Measured.PerSecond : Measured.PerSecond / Measured.Used;

    /// <summary>Of the prediction, relative to what was measured.</summary>
    public double Error => (Prediction.MostPerSecond / MeasuredPerSecond) - 1;

    public bool IsInInterval => MeasuredPerSecond >= Prediction.Low && MeasuredPerSecond <= Prediction.High;

    /// <summary>Predictions of a model beside measurements.</summary>
    public static IReadOnlyList<Validation> Of(CapacityModel model, IReadOnlyList<Observed> observed) =>
        [.. observed.Select(held => new Validation(model.Predict(CalibrationSet.HeldOut.Single(mix => mix.Name == held.Name), held.Cores), held.Median))];

    /// <summary>Throws <see cref="ArgumentException"/> or <see cref="IOException"/>, with what is wrong.</summary>
    public static IReadOnlyList<Observed> Load(string file)
    {
        var observed = MeasurementFile.Read<Observed[]>(file);
        return observed is { Length: > 0 } && observed.All(static held => CalibrationSet.HeldOut.Any(mix => mix.Name == held.Name) && held.Rounds is { Count: > 0 })
            ? observed
            : throw new ArgumentException($"{file} has no measurements of this version's held-out mixes.");
    }
}
