using OxyPlot;

namespace UwsgiIt.Comparison;

/// <summary>Widths of text in the units of SVG: the library's are of a page's points, which are larger.</summary>
internal sealed class TextMeasurer(double width, double height) : PdfRenderContext(width, height, OxyColors.White)
{
    private const double PointsToUnits = 4.0 / 3;

    public override OxySize MeasureText(string? text, string? fontFamily, double fontSize, double fontWeight)
    {
        var size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
        return new OxySize(size.Width * PointsToUnits, size.Height * PointsToUnits);
    }
}
