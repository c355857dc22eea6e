namespace UwsgiIt.Comparison.Planning;

/// <summary>
/// The universal scalability law (Gunther), and what a CPU budget adds: with n units of CPU a request costs 1 − δ + δ/n + α(n − 1) + βn(n − 1) of
/// what it costs with one. α is what waits in line, β what the workers have to tell one another. δ is what every stretch of a budget costs at its
/// beginning, when others have had the caches: the larger the budget the less, and a router without a budget pays next to nothing of it.
/// </summary>
/// <param name="UnitCores">A unit, in cores: the smallest budget that was measured.</param>
/// <param name="UnitMicroseconds">CPU of a small answer with one unit.</param>
/// <param name="Contention">α.</param>
/// <param name="Coherency">β.</param>
/// <param name="ColdStart">δ.</param>
/// <param name="MostCores">The largest budget that was measured; beyond it the law is all there is.</param>
internal sealed record Scalability(double UnitCores, double UnitMicroseconds, double Contention, double Coherency, double ColdStart, double MostCores)
{
    /// <summary>Fits CPU per request over budgets. CPU per request is n ÷ X(n), in which the law is linear.</summary>
    public static Scalability Fit(IReadOnlyList<(double Cores, double CpuMicroseconds)> points)
    {
        var unit = points.Min(static point => point.Cores);
        var parameters = LeastSquares.NonNegative([.. points.Select(point => Row(point.Cores / unit).Select(value => value / point.CpuMicroseconds).ToArray())], [.. points.Select(static _ => 1.0)]);
        var one = parameters[0] + parameters[3];
        return new Scalability(unit, one, parameters[1] / one, parameters[2] / one, parameters[3] / one, points.Max(static point => point.Cores));
    }

    /// <summary>Cost with that many cores, as a multiple of that with one unit.</summary>
    public double CostAt(double cores)
    {
        var row = Row(Math.Max(1, cores / UnitCores));
        return 1 - ColdStart + (Contention * row[1]) + (Coherency * row[2]) + (ColdStart * row[3]);
    }

    private static double[] Row(double n) => [1, n - 1, n * (n - 1), 1 / n];
}
