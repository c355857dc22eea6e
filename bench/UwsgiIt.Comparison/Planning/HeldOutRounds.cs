namespace UwsgiIt.Comparison.Planning;

/// <summary>Rounds of the mixes that nothing is fitted to, each at one of two budgets, of which one is no budget of the calibration's.</summary>
internal sealed class HeldOutRounds
{
    private static readonly double[] Budgets = [Calibration.UnitCores, Calibration.UnitCores * 1.6];

    private readonly (PlannedMix Mix, double Cores, List<Measured> Rounds)[] _mixes =
        [.. CalibrationSet.HeldOut.Select(static (mix, index) => (mix, Budgets[index % Budgets.Length], new List<Measured>()))];

    public IReadOnlyList<Observed> Observed => [.. _mixes.Select(static held => new Observed(held.Mix.Name, held.Cores, held.Rounds))];

    /// <summary>One round of each.</summary>
    public async Task MeasureAsync(Gauge gauge, CancellationToken cancellationToken)
    {
        foreach (var (mix, cores, rounds) in _mixes)
        {
            rounds.Add(await gauge.MixAsync(mix, cores, cancellationToken));
        }
    }
}
