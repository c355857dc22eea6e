using Yarp.ReverseProxy.Forwarder;

namespace UwsgiIt.Router.Routing;

internal static class StaticRoutesServiceCollectionExtensions
{
    /// <summary>YARP's routes and clusters from the section ReverseProxy, in YARP's own schema.</summary>
    public static IServiceCollection AddStaticRoutes(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRouting();
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection("ReverseProxy"));
        return services;
    }
}
