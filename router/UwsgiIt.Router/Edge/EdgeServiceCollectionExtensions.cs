using System.Diagnostics;

namespace UwsgiIt.Router.Edge;

internal static class EdgeServiceCollectionExtensions
{
    /// <summary>What stands between strangers and the routes.</summary>
    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddSingleton<NamePolicies>();
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<UpgradeLimits>();

        // Kestrel takes the last one; the host's own events stay with DiagnosticListener.
        services.AddSingleton<DiagnosticSource, KestrelRefusals>();
        return services;
    }
}
