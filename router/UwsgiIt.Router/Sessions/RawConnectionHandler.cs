using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Sessions;

/// <summary>
/// TCP in, TCP out (the original's rawrouter), TLS in, TCP out (sslrouter), and TLS passed through by its name: 1 read the name, 2 find the
/// slot, 3 end TLS where that is ours to do, 4 join client and node.
/// </summary>
internal sealed partial class RawConnectionHandler(
    SubscriptionRegistry registry,
    CertificateStore certificates,
    RawSessions sessions,
    RouterMetrics metrics,
    IOptions<ListenerOptions> listener,
    ILogger<RawConnectionHandler> logger)
{
    public async Task OnConnectionAsync(ConnectionContext connection, EndpointOptions endpoint)
    {
        try
        {
            if (await ServeAsync(connection, endpoint) is { } refusal)
            {
                metrics.SessionRefused(refusal);
                Log.Refused(logger, connection.RemoteEndPoint, endpoint.Address, refusal);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Log.Ended(logger, connection.RemoteEndPoint, e.Message);
        }
    }

    private async Task<SessionRefusal?> ServeAsync(ConnectionContext connection, EndpointOptions endpoint)
    {
        // 1.
        string? name = null;
        if (endpoint.Tls || endpoint.Kind == EndpointKind.TlsPassthrough)
        {
            if (await ClientHelloPeek.ReadAsync(connection, listener.Value.RequestHeadTimeout) is not { } hello)
            {
                return SessionRefusal.NoHello;
            }

            name = hello.ServerName;
        }

        // 2.
        if (registry.FindKey(endpoint.KeyFor(name)) is not { } slot)
        {
            return SessionRefusal.UnknownKey;
        }

        if (certificates.HasClientCas && ((name is not null && certificates.Find(name).HasClientCa) || certificates.Find(slot.SniName).HasClientCa))
        {
            return SessionRefusal.ClientCertificateName;
        }

        var stream = new DuplexStream(connection.Transport);
        if (!endpoint.Tls)
        {
            return await sessions.RunAsync(new RawSession(connection, stream, endpoint.Xclient), slot);
        }

        // 3.
        await using var tls = new SslStream(stream);
        if (!await HandshakeAsync(tls, name))
        {
            return SessionRefusal.HandshakeFailed;
        }

        // 4.
        var refusal = await sessions.RunAsync(new RawSession(connection, tls, endpoint.Xclient), slot);
        await tls.ShutdownAsync();
        return refusal;
    }

    private async ValueTask<bool> HandshakeAsync(SslStream tls, string? name)
    {
        var material = certificates.GetMaterial(name, out _);
        using var deadline = new CancellationTokenSource(listener.Value.RequestHeadTimeout);
        try
        {
            // No protocols: what is spoken inside is between client and node.
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = material.Authentication.ServerCertificateContext,
                EnabledSslProtocols = material.Authentication.EnabledSslProtocols,
            }, deadline.Token);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.SessionRefused, LogLevel.Debug, "A connection from {RemoteEndPoint} to {Address} was closed: {Refusal}.")]
        public static partial void Refused(ILogger logger, EndPoint? remoteEndPoint, string address, SessionRefusal refusal);

        [LoggerMessage(RouterEventIds.SessionEnded, LogLevel.Debug, "The session of {RemoteEndPoint} ended early: {Problem}")]
        public static partial void Ended(ILogger logger, EndPoint? remoteEndPoint, string problem);
    }
}
