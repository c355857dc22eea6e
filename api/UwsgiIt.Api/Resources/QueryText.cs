using System.Globalization;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Resources;

/// <summary>Values of a query; empty counts as absent.</summary>
internal static class QueryText
{
    public static string? Of(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    public static long? Long(IQueryCollection query, string name) =>
        Of(query, name) is not { } text ? null : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Fault.Invalid(name, "is no number");

    public static int? Int(IQueryCollection query, string name) => Long(query, name) is not { } value ? null : value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Fault.Invalid(name, "is out of range");

    /// <summary>Comma-separated.</summary>
    public static List<string>? List(IQueryCollection query, string name) => Of(query, name) is { } text ? [.. text.Split(',')] : null;
}
