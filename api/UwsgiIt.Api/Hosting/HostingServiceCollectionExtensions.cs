using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Diagnostics;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Hosting;

internal static class HostingServiceCollectionExtensions
{
    /// <summary>Logging, the service manager, the database.</summary>
    public static IServiceCollection AddApiHosting(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddLogging(logging => logging
            .AddConfiguration(configuration.GetSection("Logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSystemdConsole());
        services.AddSystemd();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(static provider =>
        {
            var storage = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            Directory.CreateDirectory(storage.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return Seal.FromFile(storage.SealKeyFile);
        });
        services.AddSingleton<WriteGate>();
        services.AddSingleton<ApiContextFactory>();
        services.AddSingleton<CertificateAuthority>();
        services.AddSingleton<Migrator>();
        services.AddMetrics();
        services.AddSingleton<ApiMetrics>();
        services.AddHostedService<AdminServer>();
        services.AddScoped<Tenant>();
        services.AddScoped(static provider => provider.GetRequiredService<ApiContextFactory>().Create(provider.GetRequiredService<Tenant>()));
        services.AddOptions<HostOptions>().Configure<IOptions<ListenerOptions>>(static (host, listener) => host.ShutdownTimeout = listener.Value.DrainTimeout);
        return services;
    }

    public static IWebHostBuilder UseApiKestrel(this IWebHostBuilder builder)
    {
        builder.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.ConfigureServices(static services => services.AddOptions<KestrelServerOptions>()
            .Configure<IOptions<ListenerOptions>, CertificateAuthority>(static (kestrel, listener, authority) => KestrelSetup.Apply(kestrel, listener.Value, authority)));
        return builder;
    }
}
