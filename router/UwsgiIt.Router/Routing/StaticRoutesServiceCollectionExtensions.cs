using Microsoft.AspNetCore.DataProtection;
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

        // YARP signs its affinity cookies. They outlive a restart only where we have a folder of our own to keep the key in.
        var protection = services.AddDataProtection().SetApplicationName("uwsgiit-router");
        if (configuration["State:Directory"] is { Length: > 0 } state)
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(state, "affinity-keys")));
        }
        else
        {
            protection.UseEphemeralDataProtectionProvider();
        }

        // YARP's own forwarder stays, under a name.
        var own = services.Last(static service => service.ServiceType == typeof(IHttpForwarder));
        services.AddKeyedSingleton(typeof(IHttpForwarder), StaticRouteForwarder.Fallback, own.ImplementationType!);
        services.Replace(ServiceDescriptor.Singleton<IHttpForwarder, StaticRouteForwarder>());
        return services;
    }
}
