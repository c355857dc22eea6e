using System.Globalization;
using System.Net;
using System.Text;

namespace UwsgiIt.Comparison.Planning;

/// <summary>A plan as one HTML page, with its plots inside and nothing outside.</summary>
internal static class PlanPage
{
    public static string Write(Calibration calibration, IReadOnlyList<Prediction> predictions, IReadOnlyList<Validation> validations)
    {
        var page = new StringBuilder();
        page.Append("""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Capacity plan</title>
            <style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f23}table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd}
            td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}.bad{color:#b00020;font-weight:bold}</style></head><body>
            <h1>Capacity plan</h1>
            """);
        page.Append(CultureInfo.InvariantCulture, $"<p>Calibrated: {WebUtility.HtmlEncode(calibration.Machine.ToString())}.</p>");
        foreach (var prediction in predictions)
        {
            Append(page, calibration, prediction);
        }

        if (validations.Count > 0)
        {
            page.Append("<h2>Predicted and measured</h2><p>Mixes that nothing was fitted to.</p>").Append(PlanCharts.Errors(validations));
            page.Append(CultureInfo.InvariantCulture, $"<p>{WebUtility.HtmlEncode(PlanReport.Verdict(validations))}</p><table><tr><th>mix<th>cores<th>predicted/s<th>interval<th>measured/s<th>error</tr>");
            foreach (var validation in validations)
            {
                var prediction = validation.Prediction;
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(prediction.Mix.Name)}<td>{prediction.Cores:F2}<td>{prediction.MostPerSecond:F0}<td>{prediction.Low:F0} – {prediction.High:F0}<td>{validation.MeasuredPerSecond:F0}<td>{validation.Error:+0.0%;-0.0%}</tr>");
            }

            page.Append("</table>");
        }

        page.Append("<h2>What things cost</h2>").Append(PlanCharts.Costs(calibration.Model)).Append("<table><tr><th>of<th>µs of CPU</tr>");
        foreach (var primitive in Enum.GetValues<Primitive>())
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{primitive}<td>{PlanReport.Cost(calibration.Model, primitive)}</tr>");
        }

        page.Append("</table><h2>How costs grow with cores</h2>").Append(PlanCharts.Scale(calibration));
        return page.Append("</body></html>\n").ToString();
    }

    private static void Append(StringBuilder page, Calibration calibration, Prediction prediction)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{WebUtility.HtmlEncode(prediction.Mix.Name)}</h2><p>With {prediction.Cores:0.##} cores for the router at most <b>{prediction.MostPerSecond:F0} requests/s</b>, between {prediction.Low:F0} and {prediction.High:F0} (95 of 100); {prediction.MemoryBytes / 1048576:F0} MiB.</p>");
        if (prediction.Headroom is { } headroom)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p{(headroom < 1 ? " class=bad" : "")}>The expected {prediction.Mix.RequestsPerSecond:F0}/s take {prediction.Utilisation:P0} of it: headroom {headroom:F1} times, by the lower end of the interval.</p>");
        }

        page.Append(PlanCharts.Capacity(calibration.Model, prediction)).Append(PlanCharts.Shares(calibration.Model, prediction.Mix));
    }
}
