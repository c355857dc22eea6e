using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>The same of a connection of the stock transport.</summary>
internal sealed class SocketProgress(Socket socket) : IClientProgress
{
    /// <summary>What can tell of a request's client, on either transport; null for nobody.</summary>
    public static IClientProgress? Of(IFeatureCollection features) =>
        features.Get<IClientProgress>() ?? (features.Get<IConnectionSocketFeature>() is { } connection ? new SocketProgress(connection.Socket) : null);

    public bool TryGetProgress(out TcpProgress progress)
    {
        progress = default;
        if (socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            return false;
        }

        try
        {
            Span<byte> info = stackalloc byte[TcpProgress.InfoBytes];
            return TcpProgress.TryRead(info[..socket.GetRawSocketOption(TcpProgress.Level, TcpProgress.Option, info)], out progress);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is over.
            return false;
        }
    }
}
