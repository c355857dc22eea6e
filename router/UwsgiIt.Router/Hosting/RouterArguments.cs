namespace UwsgiIt.Router.Hosting;

/// <summary>The command line: <c>--config FILE</c>, <c>--check-config</c>, <c>--help</c>, <c>--version</c>, and <c>--Section:Setting VALUE</c>.</summary>
internal sealed class RouterArguments
{
    public const string Usage = """
        Usage: uwsgiit-router [--config FILE] [--check-config] [--Section:Setting VALUE]...
          --config FILE       settings, JSON; default /etc/uwsgiit/router.json, with drop-ins in router.d/*.json beside it
          --check-config      report every fault of the settings and exit: 0 good, 78 faulty
          --Section:Setting   one setting, for example --Listener:Endpoints:0:Address 127.0.0.1:8080
          --version, --help
        The environment works too: UWSGIIT_ROUTER__Registry__Tolerance=00:00:17
        """;

    private RouterArguments()
    {
    }

    public string ConfigFile { get; private set; } = RouterConfiguration.DefaultFile;

    public bool ConfigFileWasNamed { get; private set; }

    public bool CheckConfig { get; private set; }

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Null when well-formed, else what is wrong.</summary>
    public string? Fault { get; private set; }

    public static RouterArguments Parse(string[] args)
    {
        var parsed = new RouterArguments();
        for (var i = 0; i < args.Length && parsed.Fault is null; i++)
        {
            parsed.Take(args, ref i);
        }

        return parsed;
    }

    private void Take(string[] args, ref int index)
    {
        var (name, value) = args[index].Split('=', 2) is [var left, var right] ? (left, right) : (args[index], null);
        switch (name)
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
            case "--config" or "-c":
                ConfigFile = Path.GetFullPath(value ?? Next(args, ref index) ?? "");
                ConfigFileWasNamed = true;
                break;
            default:
                if (name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal))
                {
                    Settings[name[2..]] = value ?? Next(args, ref index);
                }
                else
                {
                    Fault = $"{name} is not an option";
                }

                break;
        }
    }

    private string? Next(string[] args, ref int index)
    {
        if (index + 1 < args.Length)
        {
            return args[++index];
        }

        Fault = $"{args[index]} needs a value";
        return null;
    }
}
