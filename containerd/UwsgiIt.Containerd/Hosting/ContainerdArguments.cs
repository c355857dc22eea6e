namespace UwsgiIt.Containerd.Hosting;

/// <summary>The command line: <c>--config FILE</c>, <c>--check-config</c>, <c>--help</c>, <c>--version</c>, and <c>--Section:Setting VALUE</c>.</summary>
internal sealed class ContainerdArguments
{
    public const string Usage = """
        Usage: uwsgiit-containerd [--config FILE] [--check-config] [--Section:Setting VALUE]...
          --config FILE       settings, JSON; default /etc/uwsgiit/containerd.json, with drop-ins in containerd.d/*.json beside it
          --check-config      report every fault of the settings and exit: 0 good, 78 faulty
          --Section:Setting   one setting, for example --Quota:Backend none
          --prepare-distro D  make directory D fit for containers to start from, and exit
          --version, --help
        The environment works too: UWSGIIT_CONTAINERD__Host__ContainersRoot=/containers
        """;

    public string ConfigFile { get; private set; } = "/etc/uwsgiit/containerd.json";

    public bool ConfigFileWasNamed { get; private set; }

    public bool CheckConfig { get; private set; }

    /// <summary>The distro to prepare instead of working; null for none.</summary>
    public string? PrepareDistro { get; private set; }

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Null when well-formed, else what is wrong.</summary>
    public string? Fault { get; private set; }

    public static ContainerdArguments Parse(string[] args)
    {
        var parsed = new ContainerdArguments();
        var words = new Queue<string>(args);
        while (words.TryDequeue(out var word) && parsed.Fault is null)
        {
            parsed.Take(word, words);
        }

        return parsed;
    }

    private void Take(string word, Queue<string> rest)
    {
        switch (word)
        {
            case "--check-config":
                CheckConfig = true;
                break;
            case "--help" or "-h":
                Help = true;
                break;
            case "--version":
                Version = true;
                break;
            case "--config" or "-c" when rest.TryDequeue(out var file):
                ConfigFile = Path.GetFullPath(file);
                ConfigFileWasNamed = true;
                break;
            case "--prepare-distro" when rest.TryDequeue(out var distro):
                PrepareDistro = Path.GetFullPath(distro);
                break;
            case ['-', '-', .. var name] when name.Contains(':', StringComparison.Ordinal) && rest.TryDequeue(out var value):
                Settings[name] = value;
                break;
            default:
                Fault = $"{word} is not an option, or its value is missing";
                break;
        }
    }
}
