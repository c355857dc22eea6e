using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Sessions;

/// <summary>How customers enter by ssh.</summary>
internal sealed class LoginOptions : IValidatedOptions
{
    public static string SectionName => "Login";

    /// <summary>Directory of libnss-extrausers; empty for no users by name. Default empty; packages write /var/lib/extrausers.</summary>
    public string ExtrausersDirectory { get; set; } = "";

    /// <summary>The relay, as login shell. Default /usr/lib/uwsgiit/uwsgiit-relay.</summary>
    public string Shell { get; set; } = "/usr/lib/uwsgiit/uwsgiit-relay";

    public IEnumerable<OptionFault> Validate()
    {
        if (ExtrausersDirectory.Length > 0 && ExtrausersDirectory[0] != '/')
        {
            yield return new OptionFault("Login:ExtrausersDirectory", ExtrausersDirectory, "is not an absolute path", "Write /var/lib/extrausers, or nothing");
        }

        if (!Shell.StartsWith('/') || Shell.Contains(':', StringComparison.Ordinal))
        {
            yield return new OptionFault("Login:Shell", Shell, "is not an absolute path without ':'", "Write where uwsgiit-relay is");
        }
    }
}
