using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Diagnostics;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Hosting;

/// <summary>Where settings come from, later ones winning: the file, its drop-ins by name, the environment, the command line.</summary>
internal static class ApiConfiguration
{
    public const string DefaultFile = "/etc/uwsgiit/api.json";
    public const string EnvironmentPrefix = "UWSGIIT_API__";

    private static readonly OptionSections Sections = new OptionSections("Logging")
        .Add<ListenerOptions>()
        .Add<StorageOptions>()
        .Add<AuthenticationOptions>()
        .Add<RequestOptions>()
        .Add<DnsOptions>()
        .Add<NetworkOptions>()
        .Add<MetricsOptions>()
        .Add<AdminOptions>();

    public static IConfigurationRoot Build(ProgramArguments arguments) => new ConfigurationBuilder().AddSettings(arguments, EnvironmentPrefix).Build();

    /// <summary>Every fault of a configuration, unknown names included.</summary>
    public static IReadOnlyList<OptionFault> Validate(IConfiguration configuration) => Sections.Validate(configuration);

    /// <summary>Binds every section.</summary>
    public static IServiceCollection AddApiOptions(this IServiceCollection services, IConfiguration configuration) => Sections.Bind(services, configuration);
}
