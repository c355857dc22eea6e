namespace UwsgiIt.Api.Hosting;

/// <summary>The command line: <c>--config FILE</c>, <c>--check-config</c>, <c>--openapi</c>, <c>--help</c>, <c>--version</c>, and <c>--Section:Setting VALUE</c>.</summary>
internal sealed class ApiArguments
{
    public const string Usage = """
        Usage: uwsgiit-api [--config FILE] [--check-config] [--Section:Setting VALUE]...
          --config FILE       settings, JSON; default /etc/uwsgiit/api.json, with drop-ins in api.d/*.json beside it
          --check-config      report every fault of the settings and exit: 0 good, 78 faulty
          --Section:Setting   one setting, for example --Storage:Directory /srv/uwsgiit
          --version, --help
        The environment works too: UWSGIIT_API__Storage__Provider=PostgreSql
        """;

    public string ConfigFile { get; private set; } = ApiConfiguration.DefaultFile;

    public bool ConfigFileWasNamed { get; private set; }

    public bool CheckConfig { get; private set; }

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Null when well-formed, else what is wrong.</summary>
    public string? Fault { get; private set; }

    public static ApiArguments Parse(string[] args)
    {
        var parsed = new ApiArguments();
        var rest = new Queue<string>(args);
        while (parsed.Fault is null && rest.TryDequeue(out var argument))
        {
            parsed.Take(argument, rest);
        }

        return parsed;
    }

    private void Take(string argument, Queue<string> rest)
    {
        var (name, value) = argument.Split('=', 2) is [var left, var right] ? (left, right) : (argument, null);
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
                ConfigFile = (value ?? Next(name, rest)) is { Length: > 0 } file ? Path.GetFullPath(file) : ConfigFile;
                ConfigFileWasNamed = true;
                break;
            case var _ when name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal):
                Settings[name[2..]] = value ?? Next(name, rest);
                break;
            default:
                Fault = $"{name} is not an option";
                break;
        }
    }

    private string? Next(string name, Queue<string> rest)
    {
        if (rest.TryDequeue(out var value))
        {
            return value;
        }

        Fault = $"{name} needs a value";
        return null;
    }
}
