namespace UwsgiIt.Tuntap.Hosting;

/// <summary>The command line.</summary>
internal sealed class TuntapArguments
{
    public const string Usage = """
        Usage: uwsgiit-tuntap [--config FILE] [--check-config] [--SECTION:NAME=VALUE …]

          --config FILE    settings; default /etc/uwsgiit/tuntap.json, its drop-ins in /etc/uwsgiit/tuntap.d
          --check-config   say what is wrong with them and end: 0 good, 78 bad
          --version        say which this is
          --help           say this
        """;

    public string ConfigFile { get; private set; } = TuntapConfiguration.DefaultFile;

    public bool ConfigFileWasNamed { get; private set; }

    public bool CheckConfig { get; private set; }

    public bool Help { get; private set; }

    public bool Version { get; private set; }

    public string? Fault { get; private set; }

    public Dictionary<string, string?> Settings { get; } = [];

    public static TuntapArguments Parse(IReadOnlyList<string> args)
    {
        var arguments = new TuntapArguments();
        for (var i = 0; i < args.Count && arguments.Fault is null; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            string? Value() => value ?? (i + 1 < args.Count ? args[++i] : null);
            switch (name)
            {
                case "--check-config":
                    arguments.CheckConfig = true;
                    break;
                case "--help" or "-h":
                    arguments.Help = true;
                    break;
                case "--version":
                    arguments.Version = true;
                    break;
                case "--config" or "-c" when Value() is { } file:
                    arguments.ConfigFile = Path.GetFullPath(file);
                    arguments.ConfigFileWasNamed = true;
                    break;
                case var setting when setting.StartsWith("--", StringComparison.Ordinal) && setting.Contains(':', StringComparison.Ordinal) && Value() is { } text:
                    arguments.Settings[setting[2..]] = text;
                    break;
                default:
                    arguments.Fault = $"{args[i]} is not an option, or lacks its value";
                    break;
            }
        }

        return arguments;
    }
}
