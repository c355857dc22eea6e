using System.Text.Json;
using UwsgiIt.Comparison.Scenarios;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>Everything that was measured of a host, and the model fitted to it.</summary>
internal sealed record Calibration(Machine Machine, CapacityModel Model, IReadOnlyList<ScalePoint> Scale, IReadOnlyList<KindPoint> Points)
{
    // Budgets for the law, in units of an eighth of the machine: at half the machine generator and upstream still have room.
    private static readonly int[] Units = [1, 2, 3, 4];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The budget that costs are measured with, in cores.</summary>
    public static double UnitCores => Environment.ProcessorCount / 8.0;

    public static Calibration Load(string file) =>
        JsonSerializer.Deserialize<Calibration>(File.ReadAllBytes(file), Json) is { Model.Costs: { } costs } calibration && costs.Length == Primitives.Count
            ? calibration
            : throw new ArgumentException($"{file} is no calibration of this version.");

    public void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Measures round by round, all kinds in each, so that a slow minute of the machine is nobody's alone.</summary>
    public static async Task<Calibration> MeasureAsync(Gauge gauge, PlannedRouter router, PlanPace pace, Action<string> say, CancellationToken cancellationToken)
    {
        var mixes = CalibrationSet.Fitted;
        await gauge.WarmUpAsync(mixes, cancellationToken);
        var rounds = mixes.ToDictionary(static mix => mix.Name, static _ => new List<Measured>());
        var scale = Units.ToDictionary(static unit => unit, static _ => new List<Measured>());
        for (var round = 0; round < pace.Rounds; round++)
        {
            foreach (var mix in mixes)
            {
                rounds[mix.Name].Add(await gauge.MixAsync(mix, UnitCores, cancellationToken));
            }

            foreach (var unit in Units)
            {
                scale[unit].Add(await gauge.SmallAsync(unit * UnitCores, cancellationToken));
            }

            say($"round {round + 1} of {pace.Rounds} is done");
        }

        var measured = mixes.Select(mix => (Mix: mix, Measured: Measured.Median(rounds[mix.Name]))).ToArray();
        foreach (var (mix, median) in measured)
        {
            say(FormattableString.Invariant($"  {mix.Name,-42}{median.CpuMicroseconds,10:F1} µs{median.PerSecond,10:F0}/s{(median.IsSaturated ? "" : FormattableString.Invariant($"  used {median.Used:P0} of its budget only"))}"));
        }

        var points = scale.Select(static pair => new ScalePoint(pair.Key * UnitCores, Measured.Median(pair.Value))).ToArray();
        foreach (var point in points)
        {
            say(FormattableString.Invariant($"  small answers with {point.Cores:F2} cores: {point.Measured.CpuMicroseconds:F1} µs, {point.Measured.PerSecond:F0}/s, used {point.Measured.Used:P0}"));
        }

        var (baseBytes, plain, tls) = await MemoryAsync(router, pace, cancellationToken);
        var law = Scalability.Fit([.. points.Where(static point => point.Measured.IsSaturated).DefaultIfEmpty(points[0]).Select(static point => (point.Cores, point.Measured.CpuMicroseconds))]);
        return new Calibration(
            Machine.Describe(), CapacityModel.Fit(measured, law, baseBytes, plain, tls), points, [.. measured.Select(static pair => new KindPoint(pair.Mix.Name, pair.Measured))]);
    }

    private static async Task<(double Base, double Plain, double Tls)> MemoryAsync(PlannedRouter router, PlanPace pace, CancellationToken cancellationToken)
    {
        var resident = router.Process.ResidentBytes;
        var mix = new TrafficMix([new TrafficItem("/")]);
        var plan = router.Plan(mix);
        var plain = await IdleScenario.BytesEachAsync(router.Process, plan, pace.IdleConnections, cancellationToken);
        var tls = await IdleScenario.BytesEachAsync(router.Process, plan.For(new TrafficItem("/", Tls: true)), pace.IdleConnections, cancellationToken);
        return (resident, Math.Max(0, plain), Math.Max(0, tls));
    }
}
