using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Tuntap.Control;
using UwsgiIt.Tuntap.Diagnostics;
using UwsgiIt.Tuntap.Dns;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Hosting;

internal static class TuntapServiceCollectionExtensions
{
    /// <summary>The router, its control socket and the places to ask.</summary>
    public static IServiceCollection AddTuntap(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TuntapOptions>().Bind(configuration.GetSection("Tuntap"));
        services.AddOptions<AdminOptions>().Bind(configuration.GetSection("Admin"));
        services.AddLogging(logging => logging
            .AddConfiguration(configuration.GetSection("Logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSystemdConsole());
        services.AddSystemd();
        services.AddRoutingCore();
        services.AddSingleton(static provider => MakeRouter(provider.GetRequiredService<IOptions<TuntapOptions>>().Value, provider.GetRequiredService<ILogger<TuntapRouter>>()));
        services.AddSingleton(static provider => new ControlListener(PacketSocket.Listen(provider.GetRequiredService<IOptions<TuntapOptions>>().Value.ControlSocket, 0x180)));
        services.AddSingleton<DnsRelay>();
        services.AddSingleton<ControlServer>();
        services.AddSingleton<RightsDropper>();
        services.AddSingleton<TuntapMetrics>();
        return services;
    }

    private static TuntapRouter MakeRouter(TuntapOptions options, ILogger logger) => new(options.EffectiveWorkers, TimeSpan.FromMicroseconds(options.BusyPoll), logger);
}
