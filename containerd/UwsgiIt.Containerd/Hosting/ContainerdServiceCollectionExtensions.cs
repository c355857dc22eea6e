using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Control;
using UwsgiIt.Containerd.Definitions;
using UwsgiIt.Containerd.Diagnostics;
using UwsgiIt.Containerd.Emperors;
using UwsgiIt.Containerd.Files;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Containerd.Loopboxes;
using UwsgiIt.Containerd.Network;
using UwsgiIt.Containerd.Quotas;
using UwsgiIt.Containerd.Sessions;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>The parts of the daemon, in the order in which they come to work.</summary>
internal static class ContainerdServiceCollectionExtensions
{
    public static IServiceCollection AddContainerd(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Readiness>();
        services.AddSingleton(static provider =>
        {
            var host = provider.GetRequiredService<IOptions<PathOptions>>().Value;
            var hierarchy = new CgroupHierarchy(CgroupLayout.Detect(), provider.GetRequiredService<IOptions<CgroupOptions>>().Value, host.ContainersRoot);
            hierarchy.Prepare();
            return hierarchy;
        });
        services.AddSingleton<DaemonLock>();
        services.AddSingleton<IQuotaProbe, UserQuotaProbe>();
        services.AddSingleton<IQuotaProbe, BtrfsQuotaProbe>();
        services.AddSingleton<IQuotaProbe, ImageQuotaProbe>();
        services.AddSingleton<DiskQuotas>();
        services.AddSingleton<EmperorImage>();
        services.AddSingleton<HomeGroup>();
        services.AddSingleton<StartDescriptions>();
        services.AddSingleton<UserNamespaces>();
        services.AddSingleton<ContainerLauncher>();
        services.AddSingleton<RecordStore>();
        services.AddSingleton<ExitWatcher>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<AlarmSpool>();
        services.AddSingleton<KernelEvents>();
        services.AddHostedService(static provider => provider.GetRequiredService<KernelEvents>());
        services.AddSingleton<EmperorLinks>();
        services.AddHostedService(static provider => provider.GetRequiredService<EmperorLinks>());
        services.AddSingleton<NetworkFiles>();
        services.AddSingleton<WireGuardTunnel>();
        services.AddSingleton(MakeNetwork);
        services.AddSingleton<ContainerActions>();
        services.AddSingleton<ContainerRegistry>();
        services.AddSingleton<Adoption>();
        services.AddSingleton<DefinitionWatcher>();
        services.AddHostedService(static provider => provider.GetRequiredService<DefinitionWatcher>());
        services.AddHostedService<SessionServer>();
        services.AddHostedService<LoginFiles>();
        services.AddHostedService<FileBroker>();
        services.AddHostedService<AlarmWatch>();
        services.AddHostedService<LoopboxMounter>();
        services.AddSingleton<ContainerReports>();
        services.AddSingleton<FeatureLog>();
        services.AddSingleton<FileCollector>();
        services.AddHostedService(static provider => provider.GetRequiredService<FileCollector>());
        services.AddSingleton<Settling>();
        services.AddHostedService<Configurator>();
        services.AddHostedService<CertificateKeeper>();
        services.AddHostedService<AlarmCourier>();
        services.AddHostedService(static provider => ActivatorUtilities.CreateInstance<AlarmNotifier>(provider, (Func<uint, AlarmTargets?>)(uid => provider.GetRequiredService<ContainerRegistry>().Find(uid)?.Wanted?.Alarms)));
        services.AddSingleton<MetricSpool>();
        services.AddHostedService<Collector>();
        services.AddHostedService<MetricCourier>();
        return services;
    }

    private static ContainerNetwork MakeNetwork(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<NetworkOptions>>().Value;
        IDataPlane? plane = options.DataPlane switch
        {
            NetworkDataPlane.Tuntap => ActivatorUtilities.CreateInstance<TuntapDataPlane>(provider),
            NetworkDataPlane.Nftables => ActivatorUtilities.CreateInstance<VethDataPlane>(provider),
            _ => null,
        };
        return new ContainerNetwork(plane, options, provider.GetRequiredService<NetworkFiles>(), provider.GetRequiredService<WireGuardTunnel>(), provider.GetRequiredService<ILogger<ContainerNetwork>>());
    }
}
