using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Tls;

internal static class TlsServiceCollectionExtensions
{
    public static IServiceCollection AddTls(this IServiceCollection services, IConfiguration configuration)
    {
        var choice = TlsChoice.Make(
            configuration.GetSection(TlsOptions.SectionName).Get<TlsOptions>() ?? new TlsOptions(),
            configuration.GetSection(TransportOptions.SectionName).Get<TransportOptions>() ?? new TransportOptions());
        services.AddSingleton(choice);
        if (choice.Engine == TlsEngine.OpenSsl)
        {
            services.AddSingleton<TicketKeys>();
            services.AddSingleton<HandshakeDeadlines>();
            services.AddSingleton<OpenSslContext>();
            services.AddSingleton<OpenSslListener>();
            services.AddHostedService(static provider => provider.GetRequiredService<TicketKeys>());
            services.AddHostedService(static provider => provider.GetRequiredService<HandshakeDeadlines>());
        }

        return services;
    }
}
