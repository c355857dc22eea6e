using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Sessions;

/// <summary>Sessions without HTTP on a Kestrel listener.</summary>
internal static class SessionsListenOptionsExtensions
{
    public static void UseRawSessions(this ListenOptions listen, EndpointOptions endpoint)
    {
        var handler = listen.ApplicationServices.GetRequiredService<RawConnectionHandler>();
        listen.Run(connection => handler.OnConnectionAsync(connection, endpoint));
    }

    /// <summary>To be called after TLS was put on the listener.</summary>
    public static void UseStreaming(this ListenOptions listen, EndpointOptions endpoint) =>
        listen.Use(next => ActivatorUtilities.CreateInstance<StreamingMiddleware>(listen.ApplicationServices, next, endpoint).OnConnectionAsync);
}
