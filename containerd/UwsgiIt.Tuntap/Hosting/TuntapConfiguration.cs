namespace UwsgiIt.Tuntap.Hosting;

/// <summary>Where settings come from, later ones winning: the file, its drop-ins by name, the environment, the command line.</summary>
internal static class TuntapConfiguration
{
    public const string DefaultFile = "/etc/uwsgiit/tuntap.json";
    public const string EnvironmentPrefix = "UWSGIIT_TUNTAP__";

    public static IConfigurationRoot Build(TuntapArguments arguments)
    {
        var builder = new ConfigurationBuilder();
        builder.AddJsonFile(arguments.ConfigFile, optional: !arguments.ConfigFileWasNamed, reloadOnChange: false);
        var dropIns = Path.ChangeExtension(arguments.ConfigFile, ".d");
        if (Directory.Exists(dropIns))
        {
            foreach (var file in Directory.GetFiles(dropIns, "*.json").Order(StringComparer.Ordinal))
            {
                builder.AddJsonFile(file, optional: true, reloadOnChange: false);
            }
        }

        return builder.AddEnvironmentVariables(EnvironmentPrefix).AddInMemoryCollection(arguments.Settings).Build();
    }

    /// <summary>Every fault, unknown names included.</summary>
    public static IReadOnlyList<string> Validate(IConfiguration configuration)
    {
        var faults = new List<string>();
        foreach (var section in configuration.GetChildren().Where(static section => section.Key is not ("Tuntap" or "Admin" or "Logging")))
        {
            faults.Add($"{section.Key} is not a section we know. Write one of Tuntap, Admin, Logging.");
        }

        try
        {
            var tuntap = new TuntapOptions();
            var admin = new AdminOptions();
            configuration.GetSection("Tuntap").Bind(tuntap, static binder => binder.ErrorOnUnknownConfiguration = true);
            configuration.GetSection("Admin").Bind(admin, static binder => binder.ErrorOnUnknownConfiguration = true);
            faults.AddRange(tuntap.Validate());
            faults.AddRange(admin.Validate());
        }
        catch (InvalidOperationException e)
        {
            // The binder's message names the setting; what lies under it is why.
            faults.Add($"{e.Message}{(e.InnerException is { } inner ? $" ({inner.Message})" : "")}");
        }

        return faults;
    }
}
