using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>One JSON line per request.</summary>
internal sealed class AccessLogOptions : IValidatedOptions
{
    public static string SectionName => "AccessLog";

    /// <summary>File, reopened on SIGHUP; "-" for standard output; null (the default) for none. A change takes effect on reload; switching on or off needs a restart.</summary>
    public string? Path { get; set; }

    /// <summary>Whether the query goes to the log; it often holds tokens. Default false.</summary>
    public bool IncludeQuery { get; set; }

    public IEnumerable<OptionFault> Validate()
    {
        if (Path is { } path && path != "-" && (!path.StartsWith('/') || !Directory.Exists(System.IO.Path.GetDirectoryName(path))))
        {
            yield return new OptionFault("AccessLog:Path", path, "is neither \"-\" nor a file in an existing folder", "Write for example /var/log/uwsgiit/access.log");
        }
    }
}
