using UwsgiIt.Router.FastRouter;

namespace UwsgiIt.Router.Routing;

internal static class RoutingServiceCollectionExtensions
{
    public static IServiceCollection AddSubscribedHosts(this IServiceCollection services)
    {
        services.AddSingleton<ErrorAnswer>();
        services.AddSingleton<OnDemandVassals>();
        services.AddSingleton<SlotForwarder>();
        services.AddSingleton<UwsgiConnectionHandler>();
        return services;
    }
}
