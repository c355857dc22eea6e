using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Routing;

/// <summary>What the router says when it answers by itself.</summary>
internal sealed class RoutingOptions : IValidatedOptions
{
    public static string SectionName => "Routing";

    /// <summary>Files to send as bodies of our own error answers, by status: <c>{ "404": "/etc/uwsgiit/404.html" }</c>. Default: one sentence of plain text.</summary>
    public IDictionary<string, string> ErrorPages { get; init; } = new Dictionary<string, string>();

    public IEnumerable<OptionFault> Validate() => Router.Routing.ErrorPages.Validate("Routing:ErrorPages", ErrorPages);
}
