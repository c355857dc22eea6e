using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Transport;

internal static class TransportServiceCollectionExtensions
{
    /// <summary>To be called after Kestrel was added: of the factories that can bind an address, it asks the last one.</summary>
    public static IServiceCollection AddTransport(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetSection(TransportOptions.SectionName).Get<TransportOptions>() is { Kind: TransportKind.Sockets })
        {
            services.Configure<SocketTransportOptions>(static options => options.CreateBoundListenSocket = static endPoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                UnsentLimit.Apply(socket);
                return socket;
            });
            return services.AddSingleton<IUpstreamConnector, SocketConnector>();
        }

        services.AddSingleton<EventLoops>();
        services.AddSingleton<IUpstreamConnector, LoopConnector>();
        return services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
    }
}
