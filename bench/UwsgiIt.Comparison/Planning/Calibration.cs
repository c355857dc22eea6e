using System.Text.Json;
using System.Text.Json.Serialization;
using UwsgiIt.Comparison.Scenarios;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>Everything that was measured of a host, round by round: a later version can fit another model to it.</summary>
/// <param name="Scale">Small answers with several budgets.</param>
/// <param name="Kinds">Every mix of <see cref="CalibrationSet.Fitted"/> with the smallest budget.</param>
internal sealed record Calibration(Machine Machine, ConnectionMemory Memory, IReadOnlyList<Observed> Scale, IReadOnlyList<Observed> Kinds)
{
    // Budgets for the law, in units of an eighth of the machine: at half the machine generator and upstream still have room.
    private static readonly int[] Units = [1, 2, 3, 4];

    /// <summary>The budget that costs are measured with, in cores.</summary>
    public static double UnitCores => Environment.ProcessorCount / 8.0;

    /// <summary>What the measurements come to.</summary>
    [JsonIgnore]
    public CapacityModel Model => field ??= CapacityModel.Fit(this);

    /// <summary>Throws <see cref="ArgumentException"/> or <see cref="IOException"/>, with what is wrong.</summary>
    public static Calibration Load(string file)
    {
        var calibration = MeasurementFile.Read<Calibration>(file);
        return calibration is { Memory: not null, Scale.Count: > 0, Kinds: { } kinds } && CalibrationSet.Fitted.All(mix => kinds.Any(kind => kind.Name == mix.Name))
            ? calibration
            : throw new ArgumentException($"{file} is no calibration of this version.");
    }

    /// <summary>
    /// Measures round by round, all kinds in each, so that a slow minute of the machine is nobody's alone; <paramref name="held"/> are mixes to be
    /// predicted, which are measured in the same rounds and are no part of the calibration.
    /// </summary>
    public static async Task<Calibration> MeasureAsync(
        Gauge gauge, PlannedRouter router, PlanPace pace, HeldOutRounds? held, Action<string> say, CancellationToken cancellationToken)
    {
        var mixes = CalibrationSet.Fitted;
        await gauge.WarmUpAsync(held is null ? mixes : [.. mixes, .. CalibrationSet.HeldOut], cancellationToken);
        var kinds = mixes.ToDictionary(static mix => mix, static _ => new List<Measured>());
        var scale = Units.ToDictionary(static unit => unit, static _ => new List<Measured>());
        for (var round = 0; round < pace.Rounds; round++)
        {
            foreach (var (mix, rounds) in kinds)
            {
                rounds.Add(await gauge.MixAsync(mix, UnitCores, cancellationToken));
            }

            foreach (var (unit, rounds) in scale)
            {
                rounds.Add(await gauge.SmallAsync(unit * UnitCores, cancellationToken));
            }

            if (held is not null)
            {
                await held.MeasureAsync(gauge, cancellationToken);
            }

            say($"round {round + 1} of {pace.Rounds} is done");
        }

        return new Calibration(
            Machine.Describe(), await MemoryAsync(router, pace, cancellationToken),
            [.. scale.Select(static pair => new Observed("small answers", pair.Key * UnitCores, pair.Value))],
            [.. kinds.Select(static pair => new Observed(pair.Key.Name, UnitCores, pair.Value))]);
    }

    private static async Task<ConnectionMemory> MemoryAsync(PlannedRouter router, PlanPace pace, CancellationToken cancellationToken)
    {
        var resident = router.Process.ResidentBytes;
        var mix = new TrafficMix([new TrafficItem("/")]);
        var plan = router.Plan(mix);
        var plain = await IdleScenario.BytesEachAsync(router.Process, plan, pace.IdleConnections, cancellationToken);
        var tls = await IdleScenario.BytesEachAsync(router.Process, plan.For(new TrafficItem("/", Tls: true)), pace.IdleConnections, cancellationToken);
        return new ConnectionMemory(resident, Math.Max(0, plain), Math.Max(0, tls));
    }
}
