using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace UwsgiIt.Comparison.Planning;

/// <summary>The plots of a plan, as SVG to put into a page.</summary>
internal static class PlanCharts
{
    private static readonly OxyColor Line = OxyColor.FromRgb(0x2f, 0x7d, 0x5b);
    private static readonly OxyColor Band = OxyColor.FromArgb(0x40, 0x2f, 0x7d, 0x5b);
    private static readonly OxyColor Other = OxyColor.FromRgb(0xc0, 0x5a, 0x2b);

    /// <summary>Rate over cores, with its interval, and the rate that is expected.</summary>
    public static string Capacity(CapacityModel model, Prediction prediction)
    {
        var plot = Plot("requests/s at the limit, by cores for the router", "cores", "requests/s");
        var band = new AreaSeries { Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, Fill = Band, Title = "95 of 100" };
        var line = new LineSeries { Color = Line, Title = "predicted" };
        for (var step = 1; step <= 40; step++)
        {
            var cores = prediction.Cores * 1.5 * step / 40;
            var at = model.Predict(prediction.Mix, cores);
            band.Points.Add(new DataPoint(cores, at.Low));
            band.Points2.Add(new DataPoint(cores, at.High));
            line.Points.Add(new DataPoint(cores, at.MostPerSecond));
        }

        plot.Series.Add(band);
        plot.Series.Add(line);
        if (prediction.Mix.RequestsPerSecond > 0)
        {
            var expected = new LineSeries { Color = Other, LineStyle = LineStyle.Dash, Title = "expected" };
            expected.Points.Add(new DataPoint(0, prediction.Mix.RequestsPerSecond));
            expected.Points.Add(new DataPoint(prediction.Cores * 1.5, prediction.Mix.RequestsPerSecond));
            plot.Series.Add(expected);
        }

        return Inline(plot, 320);
    }

    /// <summary>Where the CPU of a mix goes.</summary>
    public static string Shares(CapacityModel model, PlannedMix mix) =>
        Bars("where the router's CPU goes", "%", [.. model.SharesOf(mix).Select(static share => (share.Primitive.ToString(), share.Share * 100))]);

    /// <summary>What the primitives cost, but for bytes, which are too small beside.</summary>
    public static string Costs(CapacityModel model) => Bars(
        "CPU of one", "µs", [.. Enum.GetValues<Primitive>().Where(static primitive => !primitive.ToString().EndsWith("Byte", StringComparison.Ordinal)).Select(primitive => (primitive.ToString(), model.Costs[(int)primitive]))]);

    /// <summary>The law beside what was measured.</summary>
    public static string Scale(Calibration calibration)
    {
        var plot = Plot("CPU of a small answer, by cores for the router", "cores", "µs");
        var law = calibration.Model.Scalability;
        var points = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerFill = Other, Title = "measured" };
        points.Points.AddRange(calibration.Scale.Select(static point => new ScatterPoint(point.Cores, point.Median.CpuMicroseconds)));
        plot.Series.Add(new FunctionSeries(cores => law.UnitMicroseconds * law.CostAt(cores), law.UnitCores, calibration.Scale.Max(static point => point.Cores) * 2, law.UnitCores / 4, "the law") { Color = Line });
        plot.Series.Add(points);
        plot.Axes[1].MaximumPadding = 0.3;
        return Inline(plot, 300);
    }

    /// <summary>Measured over predicted, each with its interval.</summary>
    public static string Errors(IReadOnlyList<Validation> validations)
    {
        var plot = Plot("measured ÷ predicted", "", "");
        plot.Axes.Clear();
        plot.Axes.Add(new CategoryAxis { Position = AxisPosition.Left, ItemsSource = validations.Reverse().Select(static validation => validation.Prediction.Mix.Name).ToArray() });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, MajorGridlineStyle = LineStyle.Dot });
        var intervals = new IntervalBarSeries { FillColor = Band, StrokeThickness = 0, Title = "95 of 100", LabelFormatString = null };
        var points = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerFill = Other, Title = "measured" };
        foreach (var (validation, index) in validations.Reverse().Select(static (validation, index) => (validation, index)))
        {
            var most = validation.Prediction.MostPerSecond;
            intervals.Items.Add(new IntervalBarItem(validation.Prediction.Low / most, validation.Prediction.High / most));
            points.Points.Add(new ScatterPoint(validation.MeasuredPerSecond / most, index));
        }

        plot.Series.Add(intervals);
        plot.Series.Add(points);
        return Inline(plot, 130 + (30 * validations.Count), validations.Select(static validation => validation.Prediction.Mix.Name));
    }

    private static string Bars(string title, string unit, IReadOnlyList<(string Name, double Value)> bars)
    {
        var plot = Plot(title, unit, "");
        plot.Axes.Clear();
        plot.Legends.Clear();
        plot.Axes.Add(new CategoryAxis { Position = AxisPosition.Left, ItemsSource = bars.Reverse().Select(static bar => bar.Name).ToArray() });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Minimum = 0, MaximumPadding = 0.15, Title = unit, MajorGridlineStyle = LineStyle.Dot });
        var series = new BarSeries { FillColor = Line, LabelFormatString = "{0:0.#}" };
        series.Items.AddRange(bars.Reverse().Select(static bar => new BarItem(bar.Value)));
        plot.Series.Add(series);
        return Inline(plot, 110 + (26 * bars.Count), bars.Select(static bar => bar.Name));
    }

    private static PlotModel Plot(string title, string x, string y)
    {
        var plot = new PlotModel { Title = title };
        plot.Legends.Add(new Legend { LegendPosition = LegendPosition.RightTop });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = x, MajorGridlineStyle = LineStyle.Dot });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = y, Minimum = 0, MajorGridlineStyle = LineStyle.Dot });
        return plot;
    }

    private static string Inline(PlotModel plot, double height, IEnumerable<string>? labels = null)
    {
        var svg = Svg.Of(plot, 760, height, labels);
        return svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
    }
}
