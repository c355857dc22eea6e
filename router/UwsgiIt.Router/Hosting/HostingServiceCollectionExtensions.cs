using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Hosting;

internal static class HostingServiceCollectionExtensions
{
    /// <summary>Logging, signals, the service manager and the drain.</summary>
    public static IServiceCollection AddRouterHosting(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddLogging(logging => logging
            .AddConfiguration(configuration.GetSection("Logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            // Whoever could log there costs every request an Activity; our access log is the one to use.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddFilter("Yarp", LogLevel.Warning)
            .AddSystemdConsole());
        services.AddSingleton<Readiness>();
        services.AddHostedService<ReloadOnHangup>();
        services.AddHostedService<ServiceManager>();
        services.AddOptions<HostOptions>().Configure<IOptions<ListenerOptions>>(static (host, listener) => host.ShutdownTimeout = listener.Value.DrainTimeout);
        return services;
    }

    public static IWebHostBuilder UseRouterKestrel(this IWebHostBuilder builder)
    {
        builder.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.ConfigureServices(static services => services.AddOptions<KestrelServerOptions>()
            .Configure<IOptions<ListenerOptions>, IOptions<LimitsOptions>>(static (kestrel, listener, limits) => KestrelSetup.Apply(kestrel, listener.Value, limits.Value)));
        return builder;
    }
}
