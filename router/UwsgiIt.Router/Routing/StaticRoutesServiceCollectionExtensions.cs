using Microsoft.Extensions.DependencyInjection.Extensions;
using UwsgiIt.Router.Forwarding;
using Yarp.ReverseProxy.Forwarder;

namespace UwsgiIt.Router.Routing;

internal static class StaticRoutesServiceCollectionExtensions
{
    /// <summary>YARP's routes and clusters from the section ReverseProxy, in YARP's own schema, over our forwarder where it can.</summary>
    public static IServiceCollection AddStaticRoutes(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRouting();
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection("ReverseProxy"));

        // YARP's own forwarder stays, under a name.
        var own = services.Last(static service => service.ServiceType == typeof(IHttpForwarder));
        services.AddKeyedSingleton(typeof(IHttpForwarder), StaticRouteForwarder.Fallback, own.ImplementationType!);
        services.Replace(ServiceDescriptor.Singleton<IHttpForwarder, StaticRouteForwarder>());
        return services;
    }
}
