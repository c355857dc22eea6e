namespace UwsgiIt.Containerd.Hosting;

/// <summary>Where this host keeps what the daemon works on.</summary>
internal sealed class PathOptions : IValidatedOptions
{
    public static string SectionName => "Path";

    /// <summary>Parent of all homes; the same path inside containers, so distros have it as an empty directory. Default /containers.</summary>
    public string ContainersRoot { get; set; } = "/containers";

    /// <summary>Parent of all distros. Default /distros.</summary>
    public string DistrosRoot { get; set; } = "/distros";

    /// <summary>Directories of definitions, UID.json each; the first that has a uid wins. Default the operator's, then the agent's.</summary>
    public IList<string> DefinitionDirectories { get; init; } = [];

    /// <summary>What the daemon must know after a restart. Default /var/lib/uwsgiit/containerd.</summary>
    public string StateDirectory { get; set; } = "/var/lib/uwsgiit/containerd";

    /// <summary>Sockets. Default /run/uwsgiit.</summary>
    public string RuntimeDirectory { get; set; } = "/run/uwsgiit";

    /// <summary>Directory of the router's announcing sockets, bound into containers. Default /run/uwsgiit/subscribe.</summary>
    public string SubscribeDirectory { get; set; } = "/run/uwsgiit/subscribe";

    /// <summary>Group, by number, that may reach sockets in homes: the router's. Default null: the group uwsgiit-router when the host has it, else nobody.</summary>
    public uint? HomeGroup { get; set; }

    /// <summary>The program that becomes pid 1. Default uwsgiit-emperor beside the daemon.</summary>
    public string EmperorPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "uwsgiit-emperor");

    /// <summary>Name servers and search list given to containers that have none of their own; a path. Default /etc/resolv.conf.</summary>
    public string ResolvConf { get; set; } = "/etc/resolv.conf";

    /// <summary>The default of <see cref="DefinitionDirectories"/> applied.</summary>
    public IReadOnlyList<string> AllDefinitionDirectories => DefinitionDirectories.Count > 0 ? [.. DefinitionDirectories] : ["/etc/uwsgiit/containers", StateDirectory + "/containers"];

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var (name, path) in new[] { (nameof(ContainersRoot), ContainersRoot), (nameof(DistrosRoot), DistrosRoot), (nameof(StateDirectory), StateDirectory), (nameof(RuntimeDirectory), RuntimeDirectory), (nameof(SubscribeDirectory), SubscribeDirectory), (nameof(EmperorPath), EmperorPath) }
                     .Concat(DefinitionDirectories.Select(static path => (nameof(DefinitionDirectories), path))))
        {
            if (path.Length < 2 || path[0] != '/')
            {
                yield return new OptionFault($"Path:{name}", path, "is not an absolute path below /", "Write one");
            }
        }

        if (RuntimeDirectory.Length > 60)
        {
            yield return new OptionFault("Path:RuntimeDirectory", RuntimeDirectory, "is longer than 60 bytes", "Sockets below it must fit 100");
        }

        if (!File.Exists(EmperorPath))
        {
            yield return new OptionFault("Path:EmperorPath", EmperorPath, "is no file", "Install uwsgiit-emperor, or say where it is");
        }
    }
}
