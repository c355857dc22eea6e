using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison;

/// <summary>SVG of a scenario's main figure, a bar for each subject.</summary>
internal static class Chart
{
    private static readonly OxyColor Ours = OxyColor.FromRgb(0x2f, 0x7d, 0x5b);
    private static readonly OxyColor Theirs = OxyColor.FromRgb(0x9a, 0xa5, 0xb1);

    public static string Bars(Scenario scenario, IReadOnlyList<Row> figures)
    {
        // From the bottom up.
        var bars = figures.Where(row => row.Metric == scenario.Main.Name).Reverse().ToArray();
        var plot = new PlotModel { Title = scenario.Title };
        plot.Axes.Add(new CategoryAxis { Position = AxisPosition.Left, ItemsSource = bars.Select(static row => row.Subject).ToArray() });
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Minimum = 0,
            MaximumPadding = 0.15,
            Title = $"{scenario.Main.Name}, {scenario.Main.Unit} ({(scenario.Main.HigherIsBetter ? "more" : "less")} is better)",
            MajorGridlineStyle = LineStyle.Dot,
        });
        var series = new BarSeries { LabelPlacement = LabelPlacement.Outside, LabelFormatString = "{0:0.##}" };
        foreach (var bar in bars)
        {
            series.Items.Add(new BarItem(bar.Value) { Color = bar.Subject.StartsWith("ours", StringComparison.Ordinal) ? Ours : Theirs });
        }

        plot.Series.Add(series);
        return Svg.Of(plot, 760, 120 + (36 * bars.Length), bars.Select(static row => row.Subject));
    }
}
