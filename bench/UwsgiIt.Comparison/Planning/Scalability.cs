namespace UwsgiIt.Comparison.Planning;

/// <summary>
/// The universal scalability law (Gunther): with n units of CPU a request costs 1 + α(n − 1) + βn(n − 1) of what it costs with one; α is what
/// waits in line, β what the workers have to tell one another.
/// </summary>
/// <param name="UnitCores">A unit, in cores: the smallest budget that was measured.</param>
/// <param name="UnitMicroseconds">CPU of a small answer with one unit.</param>
/// <param name="Contention">α.</param>
/// <param name="Coherency">β.</param>
/// <param name="MostCores">The largest budget that was measured; beyond it the law is all there is.</param>
internal sealed record Scalability(double UnitCores, double UnitMicroseconds, double Contention, double Coherency, double MostCores)
{
    /// <summary>Fits CPU per request over budgets. CPU per request is n ÷ X(n), in which the law is linear.</summary>
    public static Scalability Fit(IReadOnlyList<(double Cores, double CpuMicroseconds)> points)
    {
        var unit = points.Min(static point => point.Cores);
        var parameters = LeastSquares.NonNegative([.. points.Select(point => Row(point.Cores / unit))], [.. points.Select(static point => point.CpuMicroseconds)]);
        return new Scalability(unit, parameters[0], parameters[1] / parameters[0], parameters[2] / parameters[0], points.Max(static point => point.Cores));
    }

    /// <summary>Cost with that many cores, as a multiple of that with one unit.</summary>
    public double CostAt(double cores)
    {
        var row = Row(Math.Max(1, cores / UnitCores));
        return row[0] + (Contention * row[1]) + (Coherency * row[2]);
    }

    private static double[] Row(double n) => [1, n - 1, n * (n - 1)];
}
