namespace UwsgiIt.Comparison.Planning;

/// <summary>Least squares with parameters that cannot be negative, by coordinate descent: the problem is convex and small.</summary>
internal static class LeastSquares
{
    private const int MaxSweeps = 200_000;
    private const double Enough = 1e-12;

    /// <summary>The <c>x ≥ 0</c> that makes <c>rows · x</c> come closest to <paramref name="wanted"/>. Columns of zeros get 0.</summary>
    public static double[] NonNegative(IReadOnlyList<double[]> rows, IReadOnlyList<double> wanted)
    {
        var columns = rows[0].Length;

        // Columns of bytes and of requests differ by orders of magnitude.
        var norms = Enumerable.Range(0, columns).Select(column => Math.Sqrt(rows.Sum(row => row[column] * row[column]))).ToArray();
        var scaled = rows.Select(row => row.Select((value, column) => norms[column] > 0 ? value / norms[column] : 0).ToArray()).ToArray();
        var x = new double[columns];
        var left = wanted.ToArray();
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var largest = 0.0;
            for (var column = 0; column < columns; column++)
            {
                var step = 0.0;
                for (var row = 0; row < scaled.Length; row++)
                {
                    step += scaled[row][column] * left[row];
                }

                step = Math.Max(-x[column], step);
                x[column] += step;
                for (var row = 0; row < scaled.Length; row++)
                {
                    left[row] -= step * scaled[row][column];
                }

                largest = Math.Max(largest, Math.Abs(step));
            }

            if (largest < Enough)
            {
                break;
            }
        }

        return [.. x.Select((value, column) => norms[column] > 0 ? value / norms[column] : 0)];
    }
}
