using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace UwsgiIt.Api.Domains;

/// <summary>Names we take: they become file names on hosts, so the grammar is that of host names.</summary>
internal static class DomainName
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };

    /// <summary>Lower case, without a last dot, IDN as A-labels; a leading dot stays.</summary>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (text is not { Length: > 0 and <= 1024 })
        {
            return false;
        }

        var wildcard = text[0] == '.';
        var host = text[(wildcard ? 1 : 0)..];
        host = host.EndsWith('.') ? host[..^1] : host;
        if (!TryToAscii(host, out var ascii) || ascii.Length > MaxName)
        {
            return false;
        }

        var labels = ascii.Split('.');
        if (labels.Length < 2 || !labels.All(IsLabel) || labels[^1].All(char.IsAsciiDigit))
        {
            return false;
        }

        name = (wildcard ? "." : "") + ascii;
        return true;
    }

    /// <summary>The name itself and its parents, as long as two labels remain; a wildcard's dot is dropped.</summary>
    public static IEnumerable<string> WithParents(string name)
    {
        var labels = name.TrimStart('.').Split('.');
        for (var i = 0; i + 2 <= labels.Length; i++)
        {
            yield return string.Join('.', labels[i..]);
        }
    }

    private static bool TryToAscii(string host, [NotNullWhen(true)] out string? ascii)
    {
        ascii = null;
        if (host.All(char.IsAscii))
        {
            ascii = host.ToLowerInvariant();
            return true;
        }

        try
        {
            ascii = Idn.GetAscii(host).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= MaxLabel && label[0] != '-' && label[^1] != '-' && label.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
