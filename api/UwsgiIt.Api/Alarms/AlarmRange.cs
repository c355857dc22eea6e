using System.Globalization;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Alarms;

/// <summary>The legacy <c>range</c>: <c>n</c> is the newest n, <c>a-b</c> a stretch of the newest first, and with a above b a stretch of the oldest first.</summary>
internal readonly record struct AlarmRange(int Skip, int Take, bool OldestFirst)
{
    public static AlarmRange Parse(string text)
    {
        var parts = text.Split('-');
        return parts switch
        {
            [var count] => new AlarmRange(0, Number(count), false),
            [var first, var second] when Number(first) is var a && Number(second) is var b => a <= b ? new AlarmRange(a, b - a, false) : new AlarmRange(b, a - b, true),
            _ => throw Refused(),
        };
    }

    // What is too large for us is beyond every end.
    private static int Number(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue : throw Refused();

    private static Fault Refused() => new(FaultKind.RangeNotSatisfiable, "Requested Range Not Satisfiable");
}
