using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Edge;

/// <summary>The limits of connections, in the order of a listener's middlewares.</summary>
internal static class EdgeListenOptionsExtensions
{
    /// <summary>To come first, once the client's address is known. Without <paramref name="perAddress"/> only all connections together are counted.</summary>
    public static void UseConnectionLimits(this ListenOptions listen, bool perAddress = true)
    {
        var limits = listen.ApplicationServices.GetRequiredService<ConnectionLimits>();
        listen.Use(next => connection => limits.RunAsync(connection, perAddress, next));
    }

    /// <summary>To come right before TLS.</summary>
    public static void UseHandshakeLimits(this ListenOptions listen)
    {
        var limits = listen.ApplicationServices.GetRequiredService<HandshakeLimits>();
        listen.Use(next => connection => limits.RunAsync(connection, next));
    }

    /// <summary>To come right after TLS.</summary>
    public static void UseHandshakeEnd(this ListenOptions listen)
    {
        var limits = listen.ApplicationServices.GetRequiredService<HandshakeLimits>();
        listen.Use(next => connection =>
        {
            if (connection.Features.Get<HandshakePlace>() is { } place)
            {
                limits.End(place);
            }

            return next(connection);
        });
    }

    /// <summary>To come last: after TLS, where there is any. Connections of HTTP/1 pass without a trace.</summary>
    public static void UseHttp2Limits(this ListenOptions listen)
    {
        var limits = listen.ApplicationServices.GetRequiredService<ConnectionLimits>();
        var metrics = listen.ApplicationServices.GetRequiredService<RouterMetrics>();
        var isAlwaysHttp2 = listen.Protocols == HttpProtocols.Http2;
        listen.Use(next => connection =>
            isAlwaysHttp2 || connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true
                ? RunMeteredAsync(connection, next, new Http2Meter(connection, limits, metrics))
                : next(connection));
    }

    private static async Task RunMeteredAsync(ConnectionContext connection, ConnectionDelegate next, Http2Meter meter)
    {
        var transport = connection.Transport;
        connection.Transport = new Duplex(new MeteredReader(transport.Input, meter), new MeteredWriter(transport.Output, meter));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
