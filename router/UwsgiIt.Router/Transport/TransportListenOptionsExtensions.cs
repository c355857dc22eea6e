using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace UwsgiIt.Router.Transport;

internal static class TransportListenOptionsExtensions
{
    /// <summary>Has clients of our loops begin there. To come before all else of a listener; connections of the stock transport pass.</summary>
    public static void UseCarrier(this ListenOptions listen) =>
        listen.Use(static next => connection => connection is LoopCarrier carrier ? carrier.RunAsync(next) : next(connection));
}
