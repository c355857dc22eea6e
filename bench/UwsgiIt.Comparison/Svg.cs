using OxyPlot;

namespace UwsgiIt.Comparison;

/// <summary>A plot as SVG.</summary>
internal static class Svg
{
    // The measurer knows the widths of this font's letters; where it is missing the reader's own stands in.
    public const string Font = "Arial";

    private const double LetterWidth = 7.5;

    /// <summary>The whole document. <paramref name="labels"/> are those of a category axis on the left, which gets the room they need.</summary>
    public static string Of(PlotModel plot, double width, double height, IEnumerable<string>? labels = null)
    {
        plot.DefaultFont = Font;
        plot.Background = OxyColors.White;
        plot.TitleFontSize = 14;
        plot.Padding = new OxyThickness(8, 14, 24, 8);
        if (labels is not null)
        {
            plot.PlotMargins = new OxyThickness(16 + (LetterWidth * labels.Max(static label => label.Length)), double.NaN, double.NaN, double.NaN);
        }

        return new SvgExporter { Width = width, Height = height, TextMeasurer = new TextMeasurer(width, height) }.ExportToString(plot);
    }
}
