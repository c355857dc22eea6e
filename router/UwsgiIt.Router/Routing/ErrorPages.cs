using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Routing;

/// <summary>Bodies of error answers, by status, read once from their files.</summary>
internal sealed class ErrorPages
{
    public static readonly ErrorPages None = new(FrozenDictionary<int, ErrorPage>.Empty);

    private readonly FrozenDictionary<int, ErrorPage> _pages;

    private ErrorPages(FrozenDictionary<int, ErrorPage> pages) => _pages = pages;

    public bool TryGet(int status, [NotNullWhen(true)] out ErrorPage? page) => _pages.TryGetValue(status, out page);

    /// <summary>The pages of <paramref name="common"/>, and over them those of <paramref name="own"/>. A file that is gone since it was found good is left out.</summary>
    public static ErrorPages Load(IEnumerable<KeyValuePair<string, string>>? common, IEnumerable<KeyValuePair<string, string>>? own = null)
    {
        var pages = new Dictionary<int, ErrorPage>();
        foreach (var (status, file) in (common ?? []).Concat(own ?? []))
        {
            try
            {
                pages[int.Parse(status, CultureInfo.InvariantCulture)] = new ErrorPage(File.ReadAllBytes(file), TypeOf(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A sentence is an answer too.
            }
        }

        return pages.Count == 0 ? None : new ErrorPages(pages.ToFrozenDictionary());
    }

    public static IEnumerable<OptionFault> Validate(string setting, IEnumerable<KeyValuePair<string, string>>? pages)
    {
        foreach (var (status, file) in pages ?? [])
        {
            if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 400 or > 599)
            {
                yield return new OptionFault($"{setting}:{status}", file, "is not for an error status", "Name a status from 400 to 599");
            }
            else if (!File.Exists(file))
            {
                yield return new OptionFault($"{setting}:{status}", file, "is not a file", "Name a file that the router may read");
            }
        }
    }

    private static string TypeOf(string file) =>
        file.EndsWith(".html", StringComparison.OrdinalIgnoreCase) ? "text/html; charset=utf-8"
        : file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "application/json" : "text/plain; charset=utf-8";
}
