namespace UwsgiIt.Router.Diagnostics;

internal static class DiagnosticsServiceCollectionExtensions
{
    public static IServiceCollection AddDiagnostics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<RouterMetrics>();
        services.AddSingleton<ActiveRequests>();
        services.AddSingleton<AccessLogWriter>();
        services.AddHostedService(static provider => provider.GetRequiredService<AccessLogWriter>());
        services.AddHostedService<StatsServer>();
        services.AddHostedService<AdminServer>();
        return services;
    }
}
