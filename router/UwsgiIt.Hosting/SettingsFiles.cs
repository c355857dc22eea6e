using Microsoft.Extensions.Configuration;

namespace UwsgiIt.Hosting;

/// <summary>Where settings come from.</summary>
public static class SettingsFiles
{
    /// <summary>Later ones win: the file, its drop-ins (NAME.d beside NAME.json) by name, the environment, the command line.</summary>
    public static IConfigurationBuilder AddSettings(this IConfigurationBuilder builder, ProgramArguments arguments, string environmentPrefix)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        // A missing file is an error only when it was named on the command line.
        builder.AddJsonFile(arguments.ConfigFile, optional: !arguments.ConfigFileWasNamed, reloadOnChange: false);
        var dropIns = Path.ChangeExtension(arguments.ConfigFile, ".d");
        if (Directory.Exists(dropIns))
        {
            foreach (var file in Directory.GetFiles(dropIns, "*.json").Order(StringComparer.Ordinal))
            {
                builder.AddJsonFile(file, optional: true, reloadOnChange: false);
            }
        }

        return builder.AddEnvironmentVariables(environmentPrefix).AddInMemoryCollection(arguments.Settings);
    }
}
