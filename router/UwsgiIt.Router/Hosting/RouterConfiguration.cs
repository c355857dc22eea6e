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

    private static readonly OptionSections Sections = new OptionSections("ReverseProxy", "Logging")
        .Add<ListenerOptions>()
        .Add<TransportOptions>()
        .Add<TlsOptions>()
        .Add<StateOptions>()
        .Add<SubscriptionOptions>()
        .Add<AgentOptions>()
        .Add<RegistryOptions>()
        .Add<CertificateOptions>()
        .Add<AcmeOptions>()
        .Add<ForwardingOptions>()
        .Add<RoutingOptions>()
        .Add<PolicyOptions>()
        .Add<LimitsOptions>()
        .Add<AdminOptions>()
        .Add<StatsOptions>()
        .Add<AccessLogOptions>();

    /// <summary>The settings. Reloading looks at the files anew, drop-ins that came or went included.</summary>
    public static IConfigurationRoot Build(ProgramArguments arguments) => new ConfigurationBuilder().Add(new AllSources(arguments)).Build();

    /// <summary>Every fault of a configuration, unknown names included.</summary>
    public static IReadOnlyList<OptionFault> Validate(IConfiguration configuration) => [.. Sections.Validate(configuration), .. StaticRouteFaults.Find(configuration)];

    /// <summary>Binds every section.</summary>
    public static IServiceCollection AddRouterOptions(this IServiceCollection services, IConfiguration configuration) => Sections.Bind(services, configuration);

    private sealed class AllSources(ProgramArguments arguments) : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load()
        {
            var loaded = (IConfiguration)new ConfigurationBuilder().AddSettings(arguments, EnvironmentPrefix).Build();
            using (loaded as IDisposable)
            {
                Data = loaded.AsEnumerable().ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.OrdinalIgnoreCase);
            }

            OnReload();
        }
    }
}
