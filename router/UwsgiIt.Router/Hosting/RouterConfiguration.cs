using Microsoft.Extensions.Configuration.Memory;
using UwsgiIt.Router.Acme;
using UwsgiIt.Router.Agents;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Routing;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Hosting;

/// <summary>Where settings come from, later ones winning: the file, its drop-ins by name, the environment, the command line.</summary>
internal static class RouterConfiguration
{
    public const string DefaultFile = "/etc/uwsgiit/router.json";
    public const string EnvironmentPrefix = "UWSGIIT_ROUTER__";

    private static readonly string[] OtherSections = ["ReverseProxy", "Logging"];

    /// <summary>The settings. Reloading looks at the files anew, drop-ins that came or went included.</summary>
    public static IConfigurationRoot Build(RouterArguments arguments) => new ConfigurationBuilder().Add(new AllSources(arguments)).Build();

    /// <summary>Every fault of a configuration, unknown names included.</summary>
    public static IReadOnlyList<OptionFault> Validate(IConfiguration configuration)
    {
        var faults = new List<OptionFault>();
        var known = new HashSet<string>(OtherSections, StringComparer.OrdinalIgnoreCase);
        Check<ListenerOptions>(configuration, known, faults);
        Check<TransportOptions>(configuration, known, faults);
        Check<TlsOptions>(configuration, known, faults);
        Check<StateOptions>(configuration, known, faults);
        Check<SubscriptionOptions>(configuration, known, faults);
        Check<AgentOptions>(configuration, known, faults);
        Check<RegistryOptions>(configuration, known, faults);
        Check<CertificateOptions>(configuration, known, faults);
        Check<AcmeOptions>(configuration, known, faults);
        Check<ForwardingOptions>(configuration, known, faults);
        Check<RoutingOptions>(configuration, known, faults);
        Check<PolicyOptions>(configuration, known, faults);
        Check<LimitsOptions>(configuration, known, faults);
        Check<AdminOptions>(configuration, known, faults);
        Check<StatsOptions>(configuration, known, faults);
        Check<AccessLogOptions>(configuration, known, faults);
        faults.AddRange(StaticRouteFaults.Find(configuration));
        foreach (var section in configuration.GetChildren().Where(section => !known.Contains(section.Key)))
        {
            faults.Add(new OptionFault(section.Key, section.Value, "is not a section we know", $"Write one of {string.Join(", ", known.Order(StringComparer.Ordinal))}"));
        }

        return faults;
    }

    /// <summary>Binds every section.</summary>
    public static IServiceCollection AddRouterOptions(this IServiceCollection services, IConfiguration configuration)
    {
        Bind<ListenerOptions>(services, configuration);
        Bind<TransportOptions>(services, configuration);
        Bind<TlsOptions>(services, configuration);
        Bind<StateOptions>(services, configuration);
        Bind<SubscriptionOptions>(services, configuration);
        Bind<AgentOptions>(services, configuration);
        Bind<RegistryOptions>(services, configuration);
        Bind<CertificateOptions>(services, configuration);
        Bind<AcmeOptions>(services, configuration);
        Bind<ForwardingOptions>(services, configuration);
        Bind<RoutingOptions>(services, configuration);
        Bind<PolicyOptions>(services, configuration);
        Bind<LimitsOptions>(services, configuration);
        Bind<AdminOptions>(services, configuration);
        Bind<StatsOptions>(services, configuration);
        Bind<AccessLogOptions>(services, configuration);
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

    private sealed class AllSources(RouterArguments arguments) : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load()
        {
            var builder = new ConfigurationBuilder();

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

            builder.AddEnvironmentVariables(EnvironmentPrefix);
            builder.Add(new MemoryConfigurationSource { InitialData = arguments.Settings });
            var loaded = (IConfiguration)builder.Build();
            using (loaded as IDisposable)
            {
                Data = loaded.AsEnumerable().ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.OrdinalIgnoreCase);
            }

            OnReload();
        }
    }
}
