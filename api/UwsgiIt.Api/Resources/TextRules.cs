using System.Globalization;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Resources;

/// <summary>What text we take. Nothing of it is ever pasted into a configuration language, and control characters do not get in anyway.</summary>
internal static class TextRules
{
    /// <summary>Longest ordinary text, in characters; the original's column.</summary>
    public const int MaxText = 255;

    /// <summary>Longest free text (notes, hosts, keys), in characters. Arbitrary.</summary>
    public const int MaxLongText = 65_536;

    /// <summary>One line, not empty.</summary>
    public static string Name(string field, string? value, int max = MaxText) => Line(field, value, max) is { Length: > 0 } text ? text : throw Fault.Invalid(field, "is empty");

    /// <summary>One line or null.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(value))]
    public static string? Line(string field, string? value, int max = MaxText) => Check(field, value, max, static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029');

    /// <summary>Lines or null.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(value))]
    public static string? Lines(string field, string? value, int max = MaxLongText) => Check(field, value, max, static letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'));

    /// <summary>An empty text clears.</summary>
    public static string? OrNull(string? value) => string.IsNullOrEmpty(value) ? null : value;

    public static int InRange(string field, long value, int min, int max) => value >= min && value <= max ? (int)value : throw Fault.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"is not between {min} and {max}"));

    private static string? Check(string field, string? value, int max, Func<char, bool> isForbidden)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Length > max)
        {
            throw Fault.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"is longer than {max} characters"));
        }

        foreach (var letter in value)
        {
            if (isForbidden(letter) || letter == '\uFFFE' || letter == '\uFFFF')
            {
                throw Fault.Invalid(field, "holds a control character");
            }
        }

        // A lone surrogate has no UTF-8, and PostgreSQL would not take it.
        return Wellformed(field, value);
    }

    private static string Wellformed(string field, string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsHighSurrogate(value[i]) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(value[i]))
            {
                throw Fault.Invalid(field, "holds half a character");
            }
        }

        return value;
    }
}
