using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.FastRouter;

/// <summary>uwsgi on a Kestrel listener.</summary>
internal static class FastRouterListenOptionsExtensions
{
    public static void UseUwsgi(this ListenOptions listen, EndpointOptions endpoint)
    {
        var handler = listen.ApplicationServices.GetRequiredService<UwsgiConnectionHandler>();
        listen.Run(connection => handler.OnConnectionAsync(connection, endpoint));
    }
}
