using System.Globalization;
using System.Text;

namespace UwsgiIt.Comparison.Planning;

/// <summary>A plan in words.</summary>
internal static class PlanReport
{
    public static string Text(Calibration calibration, IReadOnlyList<Prediction> predictions, IReadOnlyList<Validation> validations)
    {
        var text = new StringBuilder();
        var model = calibration.Model;
        Line(text, $"Calibrated: {calibration.Machine}.");
        Line(text, $"");
        Line(text, $"Costs, µs of CPU (with {model.Scalability.UnitCores:F2} cores; sums of them are right within {model.Error:P1})");
        foreach (var primitive in Enum.GetValues<Primitive>())
        {
            Line(text, $"  {primitive,-22}{Cost(model, primitive)}");
        }

        Line(text, $"  contention {model.Scalability.Contention:F4}, coherency {model.Scalability.Coherency:F5} for each further {model.Scalability.UnitCores:F2} cores, cold start {model.Scalability.ColdStart:F3} of the smallest budget, measured up to {model.Scalability.MostCores:F2}");
        Line(text, $"  memory: {model.Memory.Base / 1048576:F0} MiB, {model.Memory.Plain / 1024:F1} KiB an idle connection, {model.Memory.Tls / 1024:F1} KiB over TLS");
        foreach (var prediction in predictions)
        {
            Line(text, $"");
            Line(text, $"{prediction.Mix.Name}, {prediction.Cores:0.##} cores for the router");
            Line(text, $"  at most {prediction.MostPerSecond:F0} requests/s, between {prediction.Low:F0} and {prediction.High:F0} (95 of 100); {prediction.MemoryBytes / 1048576:F0} MiB");
            if (prediction.Headroom is { } headroom)
            {
                Line(text, $"  the expected {prediction.Mix.RequestsPerSecond:F0}/s take {prediction.Utilisation:P0} of it; headroom {headroom:F1} times, by the lower end{(headroom < 1 ? ": TOO SMALL" : headroom < 1.4 ? ": latencies will suffer" : "")}");
            }

            Line(text, $"  CPU goes to {string.Join(", ", model.SharesOf(prediction.Mix).Take(5).Select(static share => string.Create(CultureInfo.InvariantCulture, $"{share.Primitive} {share.Share:P0}")))}");
        }

        if (validations.Count > 0)
        {
            Line(text, $"");
            Line(text, $"Validation, {validations.Count} mixes that nothing was fitted to");
            foreach (var validation in validations)
            {
                Line(text, $"  {validation.Prediction.Mix.Name,-40}{validation.Prediction.Cores,6:F2} cores  predicted {validation.Prediction.MostPerSecond,8:F0}/s  measured {validation.MeasuredPerSecond,8:F0}/s  error {validation.Error,7:+0.0%;-0.0%}{(validation.IsInInterval ? "" : "  outside its interval")}{(validation.Measured.IsSaturated ? "" : string.Create(CultureInfo.InvariantCulture, $"  (used {validation.Measured.Used:P0} of its budget only)"))}");
            }

            Line(text, $"  {Verdict(validations)}");
        }

        return text.ToString();
    }

    /// <summary>Median and worst error, beside what is promised of them.</summary>
    public static string Verdict(IReadOnlyList<Validation> validations)
    {
        var errors = validations.Select(static validation => Math.Abs(validation.Error)).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"median error {Statistics.Median(errors):P1} (target 10 %), worst {errors.Max():P1} (target 20 %)");
    }

    public static string Cost(CapacityModel model, Primitive primitive)
    {
        var cost = model.Costs[(int)primitive];
        return primitive.ToString().EndsWith("Byte", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"{cost * 1024:F3} for a KiB") : cost.ToString("F1", CultureInfo.InvariantCulture);
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
