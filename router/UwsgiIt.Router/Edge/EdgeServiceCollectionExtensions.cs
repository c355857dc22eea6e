using System.Diagnostics;
using Microsoft.AspNetCore.ResponseCompression;

namespace UwsgiIt.Router.Edge;

internal static class EdgeServiceCollectionExtensions
{
    /// <summary>What stands between strangers and the routes.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddSingleton<RateLimits>();
        services.AddSingleton<NamePolicies>();
        services.AddSingleton<ForwardAuth>();
        services.AddSingleton<PolicyRules>();
        services.AddResponseCompression(static options =>
        {
            // Best first, for clients that take them all alike.
            options.EnableForHttps = true;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<ZstdCompression>();
            options.Providers.Add<GzipCompressionProvider>();
        });
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<HandshakeLimits>();
        services.AddSingleton<UpgradeLimits>();

        // Kestrel takes the last one; the host's own events stay with DiagnosticListener.
        services.AddSingleton<DiagnosticSource, KestrelRefusals>();
        return services;
    }
}
