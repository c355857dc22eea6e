namespace UwsgiIt.Hosting;

/// <summary>The command line of our programs: <c>--config FILE</c>, <c>--check-config</c>, <c>--help</c>, <c>--version</c>, <c>--Section:Setting VALUE</c>, and what a program has of its own.</summary>
public sealed class ProgramArguments
{
    private readonly IReadOnlyCollection<string> _own;

    private ProgramArguments(string defaultFile, IReadOnlyCollection<string> own)
    {
        (ConfigFile, _own) = (defaultFile, own);
    }

    /// <summary>Path of the settings.</summary>
    public string ConfigFile { get; private set; }

    /// <summary>The file must exist.</summary>
    public bool ConfigFileWasNamed { get; private set; }

    /// <summary>Say what is wrong with the settings, and end.</summary>
    public bool CheckConfig { get; private set; }

    /// <summary>Say how to call the program, and end.</summary>
    public bool Help { get; private set; }

    /// <summary>Say which it is, and end.</summary>
    public bool Version { get; private set; }

    /// <summary>Settings given as <c>--Section:Setting VALUE</c>.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Values of the program's own options, by name with the dashes.</summary>
    public Dictionary<string, string> Own { get; } = [];

    /// <summary>Null when well-formed, else what is wrong.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads a command line; never throws, see <see cref="Fault"/>.</summary>
    /// <param name="args">As the program was called.</param>
    /// <param name="defaultFile">Settings when none are named.</param>
    /// <param name="own">Options of this program alone; each takes a value.</param>
    public static ProgramArguments Parse(string[] args, string defaultFile, params string[] own)
    {
        var parsed = new ProgramArguments(defaultFile, own);
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
            case var _ when _own.Contains(name):
                Own[name] = value ?? Next(name, rest) ?? "";
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
