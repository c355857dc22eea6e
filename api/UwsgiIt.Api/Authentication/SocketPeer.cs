using System.Buffers.Binary;
using Microsoft.AspNetCore.Connections.Features;
using UwsgiIt.Api.Customers;

namespace UwsgiIt.Api.Authentication;

/// <summary>Callers on our unix socket: root and our own user are operators, by the kernel's word.</summary>
internal static class SocketPeer
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public static Caller? Operator(HttpContext context, PeerAddress peers)
    {
        if (context.Connection.RemoteIpAddress is not null || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || peers.IsProxied(context))
        {
            return null;
        }

        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        var uid = BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]);
        return uid == 0 || uid == Tmds.Linux.LibC.geteuid() ? new Caller { Actor = $"uid:{uid}", Role = UserRole.Operator, Scopes = Scopes.All } : null;
    }
}
