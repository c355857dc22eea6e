namespace UwsgiIt.Api.Authentication;

internal static class AuthenticationServiceCollectionExtensions
{
    public static IServiceCollection AddApiAuthentication(this IServiceCollection services)
    {
        services.AddSingleton<Passwords>();
        services.AddSingleton<VerifiedCredentials>();
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<RequestRates>();
        services.AddSingleton<TokenUse>();
        services.AddSingleton<CustomerLogin>();
        services.AddSingleton<HostLogin>();
        services.AddSingleton<PeerAddress>();
        services.AddScoped(static provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<Caller>() ?? Caller.Anonymous);
        services.AddHttpContextAccessor();
        return services;
    }
}
