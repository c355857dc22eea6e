namespace UwsgiIt.Router.Sessions;

internal static class SessionsServiceCollectionExtensions
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionLog>();
        services.AddSingleton<RawSessions>();
        services.AddSingleton<RawConnectionHandler>();
        return services;
    }
}
