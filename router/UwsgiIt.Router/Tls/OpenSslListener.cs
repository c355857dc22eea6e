using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Tls;

/// <summary>Connection middleware of a TLS listener: the handshake on the connection's loop, bounded in time, then HTTP.</summary>
internal sealed partial class OpenSslListener(OpenSslContext context, HandshakeDeadlines deadlines, RouterMetrics metrics, IOptions<TlsOptions> options, ILogger<OpenSslListener> logger)
{
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await TryBeginAsync((LoopConnection)connection))
        {
            await next(connection);
        }
    }

    /// <summary>False when the connection is to be closed.</summary>
    private async ValueTask<bool> TryBeginAsync(LoopConnection connection)
    {
        var deadline = deadlines.Add(connection, options.Value.HandshakeTimeout);
        try
        {
            return await connection.Client.FirstBytesAsync() && !deadline.HasExpired && await TryHandshakeAsync(connection, deadline);
        }
        finally
        {
            deadline.Done();
        }
    }

    private async ValueTask<bool> TryHandshakeAsync(LoopConnection connection, HandshakeDeadlines.Entry deadline)
    {
        var session = new TlsSession(context, connection.Client) { Place = connection.Features.Get<HandshakePlace>() };
        var progress = await connection.Client.HandshakeAsync(session);
        switch (progress)
        {
            case TlsProgress.Done:
                Succeed(connection, session);
                return true;
            case TlsProgress.Plain:
                metrics.HandshakeFailed(HandshakeResult.Plain);
                await connection.Transport.Output.WriteAsync(TlsListenOptionsExtensions.PlainAnswer);
                return false;
            default:
                metrics.HandshakeFailed(deadline.HasExpired ? HandshakeResult.TimedOut : session.IsRefused ? HandshakeResult.Refused : progress == TlsProgress.Ended ? HandshakeResult.Left : HandshakeResult.Failed);
                Log.Failed(logger, session.SniName, deadline.HasExpired ? "it took too long" : session.IsRefused ? "too many for that name are under way" : session.Problem ?? "the client left");
                return false;
        }
    }

    private void Succeed(LoopConnection connection, TlsSession session)
    {
        var agreement = session.Agreement();
        var feature = new TlsConnection(session, agreement);
        if (session.Binding!.HasClientCa)
        {
            session.Forget();
        }

        connection.Features.Set<ITlsConnectionFeature>(feature);
        connection.Features.Set<ITlsHandshakeFeature>(feature);
        connection.Features.Set<ITlsApplicationProtocolFeature>(feature);
        connection.Features.Set(session.Binding);
        agreement.AddOne();
        metrics.HandshakeSucceeded(agreement);
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.HandshakeFailed, LogLevel.Debug, "A handshake for {Name} failed: {Problem}.")]
        public static partial void Failed(ILogger logger, string? name, string problem);
    }
}
