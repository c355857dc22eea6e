using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>PROXY protocol on a Kestrel listener.</summary>
internal static class ProxyProtocolListenOptionsExtensions
{
    /// <summary>To be called before anything else is put on the listener, TLS included.</summary>
    public static void UseProxyProtocol(this ListenOptions listen, IEnumerable<string> senders, TimeSpan timeout)
    {
        IReadOnlyList<IPNetwork> networks = [.. senders.Select(IPNetwork.Parse)];
        listen.Use(next => ActivatorUtilities.CreateInstance<ProxyProtocolMiddleware>(listen.ApplicationServices, next, networks, timeout).OnConnectionAsync);
    }
}
