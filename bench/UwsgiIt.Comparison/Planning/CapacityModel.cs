namespace UwsgiIt.Comparison.Planning;

/// <summary>What a calibration came to: all that a prediction needs. Times are microseconds of CPU.</summary>
/// <param name="Costs">Of each <see cref="Primitive"/>, with one unit of CPU.</param>
/// <param name="Error">How far sums of costs are from what was measured, relative: a standard deviation, freedom of the fit taken off.</param>
/// <param name="Usable">Share of a CPU budget that the router can use up.</param>
/// <param name="Scalability">How costs grow with cores.</param>
/// <param name="Memory">What connections weigh.</param>
internal sealed record CapacityModel(double[] Costs, double Error, double Usable, Scalability Scalability, ConnectionMemory Memory)
{
    // Of a normal distribution, about 95 of 100.
    private const double Deviations = 2;

    // What the same mix differs by from one run to the next on a quiet machine; no calibration is better than that.
    private const double LeastError = 0.02;

    // For each doubling beyond the largest budget that was measured.
    private const double ErrorPerDoubling = 0.05;

    /// <summary>Fits costs and the law to a host's measurements.</summary>
    public static CapacityModel Fit(Calibration calibration)
    {
        var scale = calibration.Scale.Where(static point => point.Median.IsSaturated).DefaultIfEmpty(calibration.Scale[0]);
        return Fit(
            [.. CalibrationSet.Fitted.Select(mix => (mix, calibration.Kinds.Single(kind => kind.Name == mix.Name).Median))],
            Scalability.Fit([.. scale.Select(static point => (point.Cores, point.Median.CpuMicroseconds))]), calibration.Memory);
    }

    /// <summary>Fits costs to what was measured. Relative errors count: a handshake costs fifty times what a small answer does, and both are to be right.</summary>
    public static CapacityModel Fit(IReadOnlyList<(PlannedMix Mix, Measured Measured)> points, Scalability scalability, ConnectionMemory memory)
    {
        var costs = LeastSquares.NonNegative(
            [.. points.Select(static point => Primitives.Of(point.Mix).Select(count => count / point.Measured.CpuMicroseconds).ToArray())],
            [.. points.Select(static _ => 1.0)]);
        var squares = points.Sum(point => Math.Pow((Sum(costs, point.Mix) / point.Measured.CpuMicroseconds) - 1, 2));
        var freedom = Math.Max(1, points.Count - costs.Count(static cost => cost > 0));
        var usable = Statistics.Median(points.Where(static point => point.Measured.IsSaturated).Select(static point => point.Measured.Used).DefaultIfEmpty(1));
        return new CapacityModel(costs, Math.Sqrt(squares / freedom), usable, scalability, memory);
    }

    /// <summary>What a request of the mix costs with so many cores, in microseconds of CPU.</summary>
    public double CostOf(PlannedMix mix, double cores) => Sum(Costs, mix) * Scalability.CostAt(cores);

    public Prediction Predict(PlannedMix mix, double cores)
    {
        var most = cores * Usable / CostOf(mix, cores) * 1e6;
        var beyond = Math.Max(0, Math.Log2(cores / Scalability.MostCores)) * ErrorPerDoubling;
        var error = Deviations * Math.Sqrt((Error * Error) + (LeastError * LeastError) + (beyond * beyond));
        return new Prediction(mix, cores, most, most / (1 + error), most * (1 + error), Memory.Base + (mix.Connections * Memory.Plain) + (mix.TlsConnections * Memory.Tls));
    }

    /// <summary>Where the CPU of a mix goes: each primitive's share.</summary>
    public IEnumerable<(Primitive Primitive, double Share)> SharesOf(PlannedMix mix)
    {
        var counts = Primitives.Of(mix);
        var sum = Sum(Costs, mix);
        return Enum.GetValues<Primitive>().Select(primitive => (primitive, counts[(int)primitive] * Costs[(int)primitive] / sum)).Where(static pair => pair.Item2 > 0).OrderByDescending(static pair => pair.Item2);
    }

    private static double Sum(double[] costs, PlannedMix mix) => Primitives.Of(mix).Zip(costs, static (count, cost) => count * cost).Sum();
}
