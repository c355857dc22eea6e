namespace UwsgiIt.Router.Forwarding;

internal static class ForwardingServiceCollectionExtensions
{
    public static IServiceCollection AddForwarding(this IServiceCollection services)
    {
        services.AddSingleton<UpstreamDeadlines>();
        services.AddHostedService(static provider => provider.GetRequiredService<UpstreamDeadlines>());
        services.AddSingleton<RequestScrub>();
        services.AddSingleton<Http2Forwarder>();
        services.AddSingleton<IRequestForwarder, RequestForwarder>();
        return services;
    }
}
