using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace UwsgiIt.Router.Forwarding;

// After 101: bytes both ways until one side ends.
internal sealed partial class RequestForwarder
{
    /// <summary>
    /// True when bytes came with a request to upgrade. A WebSocket's may wait: they go on once the upstream has agreed, and nowhere when it has
    /// not. Of other protocols we do not know that their clients may speak first; nobody shall read those bytes as a request.
    /// </summary>
    private static bool HasEarlyBytes(ForwardRequest request)
    {
        if (string.Equals(request.UpgradeProtocol, "websocket", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // The request's own body is empty until the upgrade; this is where the bytes wait.
        var reader = request.Context.Features.Get<IConnectionTransportFeature>()?.Transport.Input;
        if (reader is null || !reader.TryRead(out var read))
        {
            return false;
        }

        reader.AdvanceTo(read.Buffer.Start);
        return !read.Buffer.IsEmpty;
    }

    private async ValueTask<ForwardOutcome> UpgradeAsync(ForwardRequest request)
    {
        var context = request.Context;
        var connection = request.Connection;
        var settings = request.Settings;
        var head = request.Head;
        Stream client;
        if (request.Upgrade == UpgradeKind.ExtendedConnect)
        {
            if (!WebSocketHandshake.IsAccepted(request.WebSocketKey!, head.WebSocketAccept))
            {
                context.Response.Headers.Clear();
                return Refuse(connection, "its WebSocket handshake does not match the key");
            }

            // HTTP/2 has no key and no answer to it (RFC 8441, 5).
            context.Response.Headers.Remove("Sec-WebSocket-Accept");
            context.Response.StatusCode = StatusCodes.Status200OK;
            client = await context.Features.Get<IHttpExtendedConnectFeature>()!.AcceptAsync();
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
            context.Response.Headers.Upgrade = head.Upgrade ?? request.UpgradeProtocol;
            client = await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        }

        // The session has a bound of its own.
        connection.EndBy = After(settings.MaxSessionTime);
        await ByteRelay.RunAsync(client, connection, settings.UpgradeIdleTimeout, context.RequestAborted);
        return ForwardOutcome.Completed;
    }
}
