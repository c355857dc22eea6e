using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.News;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Resources;

internal static class ResourcesServiceCollectionExtensions
{
    /// <summary>The stores, and what they write with.</summary>
    public static IServiceCollection AddResources(this IServiceCollection services)
    {
        services.AddSingleton<ChangeSignal>();
        services.AddSingleton<ReceiptSignal>();
        services.AddSingleton<FeedStream>();
        services.AddScoped<Receipts>();
        services.AddHostedService<Upkeep>();
        services.AddScoped<WriteScope>();
        services.AddScoped<StoreContext>();
        services.AddScoped<CustomerStore>();
        services.AddScoped<UserStore>();
        services.AddScoped<TokenStore>();
        services.AddScoped<CertificateStore>();
        services.AddScoped<AttributeStore>();
        services.AddScoped<ContainerStore>();
        services.AddScoped<LinkStore>();
        services.AddScoped<RuleStore>();
        services.AddScoped<PortmapStore>();
        services.AddScoped<LoopboxStore>();
        services.AddScoped<DistroStore>();
        services.AddScoped<CustomDistroStore>();
        services.AddScoped<DomainStore>();
        services.AddScoped<TagStore>();
        services.AddScoped<AlarmStore>();
        services.AddScoped<NewsStore>();
        services.AddScoped<DatacenterStore>();
        services.AddScoped<ServerStore>();
        services.AddScoped<LegionStore>();
        services.AddScoped<FloatingAddressStore>();
        services.AddScoped<CustomServiceStore>();
        services.AddScoped<PrivilegedClientStore>();
        services.AddScoped<CollectedFileStore>();
        services.AddScoped<HostStates>();
        services.AddScoped<MetricIntake>();
        services.AddSingleton<IDomainProof, DnsProof>();
        services.AddSingleton<DomainUpkeep>();
        services.AddHostedService(static provider => provider.GetRequiredService<DomainUpkeep>());
        services.AddSingleton<Downsampler>();
        services.AddHostedService(static provider => provider.GetRequiredService<Downsampler>());
        services.AddRouting(static routing => routing.ConstraintMap["digits"] = typeof(DigitsConstraint));
        return services;
    }
}
