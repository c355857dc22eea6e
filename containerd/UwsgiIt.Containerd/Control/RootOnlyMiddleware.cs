using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Control;

/// <summary>
/// On the control socket: nobody but root, by the kernel's word (SO_PEERCRED). On the TCP endpoint: what harms nobody, /metrics and the two probes.
/// </summary>
internal sealed class RootOnlyMiddleware(RequestDelegate next)
{
    private static readonly string[] OpenPaths = ["/metrics", "/healthz", "/readyz"];

    public Task InvokeAsync(HttpContext context)
    {
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        var allowed = socket is { AddressFamily: AddressFamily.Unix } ? PeerOf(socket).UserId == 0 : OpenPaths.Contains(context.Request.Path.Value, StringComparer.Ordinal);
        if (allowed)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static PeerCredentials PeerOf(Socket socket) => SocketPeer.Of(socket.SafeHandle);
}
