using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Loopboxes;
using UwsgiIt.Containerd.Network;
using UwsgiIt.Containerd.Quotas;
using UwsgiIt.Containerd.Sessions;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>Where settings come from, later ones winning: the file, its drop-ins by name, the environment, the command line.</summary>
internal static class ContainerdConfiguration
{
    public const string DefaultFile = "/etc/uwsgiit/containerd.json";
    public const string EnvironmentPrefix = "UWSGIIT_CONTAINERD__";

    private static readonly OptionSections Sections = new OptionSections("Logging")
        .Add<PathOptions>()
        .Add<StartOptions>()
        .Add<CgroupOptions>()
        .Add<QuotaOptions>()
        .Add<LoginOptions>()
        .Add<AlarmOptions>()
        .Add<LoopboxOptions>()
        .Add<AgentOptions>()
        .Add<CollectorOptions>()
        .Add<NetworkOptions>()
        .Add<AdminOptions>();

    public static IConfigurationRoot Build(ProgramArguments arguments) => new ConfigurationBuilder().AddSettings(arguments, EnvironmentPrefix).Build();

    /// <summary>Every fault of a configuration, unknown names included.</summary>
    public static IReadOnlyList<OptionFault> Validate(IConfiguration configuration) => Sections.Validate(configuration);

    /// <summary>Binds every section.</summary>
    public static IServiceCollection AddContainerdOptions(this IServiceCollection services, IConfiguration configuration) => Sections.Bind(services, configuration);
}
