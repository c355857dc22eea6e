using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Hosting;

/// <summary>Where settings come from, later ones winning: the file, its drop-ins by name, the environment, the command line.</summary>
internal static class ApiConfiguration
{
    public const string DefaultFile = "/etc/uwsgiit/api.json";
    public const string EnvironmentPrefix = "UWSGIIT_API__";

    public static IConfigurationRoot Build(ApiArguments arguments)
    {
        // A missing file is an error only when it was named on the command line.
        var builder = new ConfigurationBuilder().AddJsonFile(arguments.ConfigFile, optional: !arguments.ConfigFileWasNamed, reloadOnChange: false);
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

    /// <summary>Every fault of a configuration, unknown names included.</summary>
    public static IReadOnlyList<OptionFault> Validate(IConfiguration configuration)
    {
        var faults = new List<OptionFault>();
        var known = new HashSet<string>(["Logging"], StringComparer.OrdinalIgnoreCase);
        Check<ListenerOptions>(configuration, known, faults);
        Check<StorageOptions>(configuration, known, faults);
        Check<AuthenticationOptions>(configuration, known, faults);
        Check<DnsOptions>(configuration, known, faults);
        Check<NetworkOptions>(configuration, known, faults);
        Check<MetricsOptions>(configuration, known, faults);
        foreach (var section in configuration.GetChildren().Where(section => !known.Contains(section.Key)))
        {
            faults.Add(new OptionFault(section.Key, section.Value, "is not a section we know", $"Write one of {string.Join(", ", known.Order(StringComparer.Ordinal))}"));
        }

        return faults;
    }

    /// <summary>Binds every section.</summary>
    public static IServiceCollection AddApiOptions(this IServiceCollection services, IConfiguration configuration)
    {
        Bind<ListenerOptions>(services, configuration);
        Bind<StorageOptions>(services, configuration);
        Bind<AuthenticationOptions>(services, configuration);
        Bind<DnsOptions>(services, configuration);
        Bind<NetworkOptions>(services, configuration);
        Bind<MetricsOptions>(services, configuration);
        return services;
    }

    private static void Bind<T>(IServiceCollection services, IConfiguration configuration)
        where T : class, IValidatedOptions =>
        services.AddOptions<T>().Bind(configuration.GetSection(T.SectionName));

    private static void Check<T>(IConfiguration configuration, HashSet<string> known, List<OptionFault> faults)
        where T : class, IValidatedOptions, new()
    {
        known.Add(T.SectionName);
        var options = new T();
        try
        {
            configuration.GetSection(T.SectionName).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            // The binder's message names the setting; what lies under it is why.
            faults.Add(new OptionFault(T.SectionName, null, $"cannot be read: {e.Message.TrimEnd('.')}{(e.InnerException is { } inner ? $" ({inner.Message.TrimEnd('.')})" : "")}", "See the configuration reference for names and units"));
            return;
        }

        faults.AddRange(options.Validate());
    }
}
