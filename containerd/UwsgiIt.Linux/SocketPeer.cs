using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>Who is at the other end of a connected unix socket, by the kernel's word (SO_PEERCRED, unix(7)).</summary>
public static unsafe class SocketPeer
{
    /// <summary>Throws <see cref="LinuxException"/> for what is no such socket.</summary>
    public static PeerCredentials Of(SafeHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ucred credentials;
        socklen_t length = (uint)sizeof(ucred);
        return getsockopt((int)socket.DangerousGetHandle(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0
            ? new PeerCredentials((int)credentials.pid, (uint)credentials.uid, (uint)credentials.gid)
            : throw new LinuxException("getsockopt", LibC.errno, "SO_PEERCRED");
    }
}
