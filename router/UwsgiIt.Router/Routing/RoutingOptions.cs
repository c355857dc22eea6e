using System.Globalization;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Routing;

/// <summary>What the router says when it answers by itself.</summary>
internal sealed class RoutingOptions : IValidatedOptions
{
    public static string SectionName => "Routing";

    /// <summary>Files to send as bodies of our own error answers, by status: <c>{ "404": "/etc/uwsgiit/404.html" }</c>. Default: one sentence of plain text.</summary>
    public IDictionary<string, string> ErrorPages { get; init; } = new Dictionary<string, string>();

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var (status, file) in ErrorPages)
        {
            if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 400 or > 599)
            {
                yield return new OptionFault($"Routing:ErrorPages:{status}", file, "is not for an error status", "Name a status from 400 to 599");
            }
            else if (!File.Exists(file))
            {
                yield return new OptionFault($"Routing:ErrorPages:{status}", file, "is not a file", "Name a file that the router may read");
            }
        }
    }
}
