using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace UwsgiIt.Emperor.Cron;

/// <summary>A command and its times, by uWSGI's rules: -1 is any, -N every N, weekday 7 is 0, day and weekday are either-or when both are given.</summary>
internal sealed record CronLine
{
    public const int Any = -1;

    private const int MaxHarakiriSeconds = 86_400 * 7;

    public int Minute { get; init; } = Any;

    public int Hour { get; init; } = Any;

    public int Day { get; init; } = Any;

    public int Month { get; init; } = Any;

    public int Weekday { get; init; } = Any;

    /// <summary>True skips a time while the previous run lives.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Longest run; null without limit.</summary>
    public TimeSpan? Harakiri { get; init; }

    /// <summary>For sh -c.</summary>
    public required string Command { get; init; }

    /// <summary>Reads <c>min hour day month weekday command</c>.</summary>
    public static bool TryReadFields(string text, [NotNullWhen(true)] out CronLine? line)
    {
        line = null;
        Span<int> numbers = stackalloc int[5];
        var rest = text.AsSpan().Trim();
        for (var i = 0; i < numbers.Length; i++)
        {
            var end = rest.IndexOfAny(' ', '\t');
            if (end < 0 || !int.TryParse(rest[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }

            rest = rest[end..].TrimStart();
        }

        var read = new CronLine { Minute = numbers[0], Hour = numbers[1], Day = numbers[2], Month = numbers[3], Weekday = numbers[4], Command = rest.ToString() };
        line = read.IsSound ? read : null;
        return line is not null;
    }

    /// <summary>Reads <c>key=value,… command</c> with the keys minute hour day month week unique harakiri (legion is accepted and means nothing here).</summary>
    public static bool TryReadPairs(string text, [NotNullWhen(true)] out CronLine? line)
    {
        line = null;
        var trimmed = text.Trim();
        var space = trimmed.IndexOfAny([' ', '\t']);

        // Without keys the whole is the command: every minute.
        var hasKeys = space > 0 && trimmed[..space].Contains('=', StringComparison.Ordinal);
        var read = new CronLine { Command = hasKeys ? trimmed[space..].Trim() : trimmed };
        foreach (var pair in hasKeys ? trimmed[..space].Split(',', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return false;
            }

            var key = pair[..equals];
            if (key == "legion")
            {
                continue;
            }

            if (!int.TryParse(pair.AsSpan(equals + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            var next = key switch
            {
                "minute" => read with { Minute = number },
                "hour" => read with { Hour = number },
                "day" => read with { Day = number },
                "month" => read with { Month = number },
                "week" => read with { Weekday = number },
                "unique" => read with { IsUnique = number != 0 },
                "harakiri" when number is >= 0 and <= MaxHarakiriSeconds => read with { Harakiri = number == 0 ? null : TimeSpan.FromSeconds(number) },
                _ => null,
            };
            if (next is null)
            {
                return false;
            }

            read = next;
        }

        line = read.IsSound ? read : null;
        return line is not null;
    }

    /// <summary>True when the command is due in this minute of local time.</summary>
    public bool Matches(DateTime local)
    {
        if (!Fits(Minute, local.Minute) || !Fits(Hour, local.Hour) || !Fits(Month, local.Month))
        {
            return false;
        }

        var day = Fits(Day, local.Day);
        var weekday = Fits(Weekday == 7 ? 0 : Weekday, (int)local.DayOfWeek);
        return Day >= 0 && Weekday >= 0 ? day || weekday : day && weekday;
    }

    private bool IsSound =>
        Command.Length > 0 && !Command.Contains('\0', StringComparison.Ordinal)
        && Minute is >= -59 and <= 59 && Hour is >= -23 and <= 23 && Day is (>= 1 or < 0) and >= -31 and <= 31 && Month is (>= 1 or < 0) and >= -12 and <= 12 && Weekday is >= -7 and <= 7;

    private static bool Fits(int wanted, int now) => wanted == Any || (wanted < 0 ? now % -wanted == 0 : wanted == now);
}
