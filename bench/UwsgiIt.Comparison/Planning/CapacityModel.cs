namespace UwsgiIt.Comparison.Planning;

/// <summary>What a calibration came to: all that a prediction needs. Times are microseconds of CPU.</summary>
/// <param name="Costs">Of each <see cref="Primitive"/>, with one unit of CPU.</param>
/// <param name="CostError">How far the fitted costs are from what was measured, relative, root mean square.</param>
/// <param name="MixFactor">What a mix costs over the sum of its parts: they disturb one another.</param>
/// <param name="MixError">How far apart mixes are in that, relative, root mean square.</param>
/// <param name="Usable">Share of a CPU budget that the router can use up.</param>
/// <param name="Scalability">How costs grow with cores.</param>
/// <param name="BaseBytes">Memory without connections.</param>
/// <param name="ConnectionBytes">Memory of an idle connection.</param>
/// <param name="TlsConnectionBytes">Memory of an idle connection over TLS.</param>
internal sealed record CapacityModel(
    double[] Costs, double CostError, double MixFactor, double MixError, double Usable, Scalability Scalability, double BaseBytes, double ConnectionBytes, double TlsConnectionBytes)
{
    // Of a normal distribution, about 95 of 100.
    private const double Deviations = 2;

    // What the same mix differs by from one run to the next on a quiet machine; no calibration is better than that.
    private const double LeastError = 0.02;

    // For each doubling beyond the largest budget that was measured.
    private const double ErrorPerDoubling = 0.05;

    /// <summary>Fits what single kinds of requests cost, then what happens when they are mixed.</summary>
    public static CapacityModel Fit(
        IReadOnlyList<(PlannedMix Mix, Measured Measured)> kinds, IReadOnlyList<(PlannedMix Mix, Measured Measured)> mixes, Scalability scalability, double baseBytes, double connectionBytes, double tlsConnectionBytes)
    {
        // Relative errors count: a handshake costs fifty times what a small answer does, and both are to be right.
        var costs = LeastSquares.NonNegative(
            [.. kinds.Select(static kind => Primitives.Of(kind.Mix).Select(count => count / kind.Measured.CpuMicroseconds).ToArray())],
            [.. kinds.Select(static _ => 1.0)]);
        var errors = kinds.Select(kind => (Sum(costs, kind.Mix) / kind.Measured.CpuMicroseconds) - 1).ToArray();
        var factors = mixes.Select(mix => mix.Measured.CpuMicroseconds / Sum(costs, mix.Mix)).ToArray();
        var factor = factors.Length > 0 ? factors.Average() : 1;
        return new CapacityModel(
            costs, RootMeanSquare(errors), factor, RootMeanSquare([.. factors.Select(one => (one / factor) - 1)]),
            Statistics.Median(kinds.Concat(mixes).Select(static point => point.Measured.Used).Where(static used => used >= 0.9).DefaultIfEmpty(1)),
            scalability, baseBytes, connectionBytes, tlsConnectionBytes);
    }

    /// <summary>What a request of the mix costs with so many cores, in microseconds of CPU.</summary>
    public double CostOf(PlannedMix mix, double cores) => Sum(Costs, mix) * (IsMixed(mix) ? MixFactor : 1) * Scalability.CostAt(cores);

    public Prediction Predict(PlannedMix mix, double cores)
    {
        var most = cores * Usable / CostOf(mix, cores) * 1e6;
        var beyond = Math.Max(0, Math.Log2(cores / Scalability.MostCores)) * ErrorPerDoubling;
        var error = Deviations * Math.Sqrt((CostError * CostError) + (IsMixed(mix) ? MixError * MixError : 0) + (LeastError * LeastError) + (beyond * beyond));
        return new Prediction(mix, cores, most, most / (1 + error), most * (1 + error), BaseBytes + (mix.Connections * ConnectionBytes) + (mix.TlsConnections * TlsConnectionBytes));
    }

    /// <summary>Where the CPU of a mix goes: each primitive's share.</summary>
    public IEnumerable<(Primitive Primitive, double Share)> SharesOf(PlannedMix mix)
    {
        var counts = Primitives.Of(mix);
        var sum = Sum(Costs, mix);
        return Enum.GetValues<Primitive>().Select(primitive => (primitive, counts[(int)primitive] * Costs[(int)primitive] / sum)).Where(static pair => pair.Item2 > 0).OrderByDescending(static pair => pair.Item2);
    }

    private static bool IsMixed(PlannedMix mix) => mix.Requests.Count > 1;

    private static double Sum(double[] costs, PlannedMix mix) => Primitives.Of(mix).Zip(costs, static (count, cost) => count * cost).Sum();

    private static double RootMeanSquare(double[] values) => values.Length == 0 ? 0 : Math.Sqrt(values.Average(static value => value * value));
}
