using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// Where an owner is demanded: the socket's inode, reached over no symbolic link and seen to be the owner's. Connecting through the
/// descriptor leaves no moment to swap it.
/// </summary>
internal static class OwnedSocket
{
    /// <summary>Null where no owner is demanded; throws <see cref="SocketException"/> when it is another's.</summary>
    public static SafeFileHandle? Open(Upstream upstream)
    {
        if (upstream.Owner is not { } owner)
        {
            return null;
        }

        if (!SafePath.TryOpen(upstream.Address.Text, pathOnly: true, out var handle, out _))
        {
            throw new SocketException((int)SocketError.AddressNotAvailable);
        }

        if (SafePath.Stat(handle) is { IsSocket: true } facts && facts.UserId == owner)
        {
            return handle;
        }

        handle.Dispose();
        throw new SocketException((int)SocketError.AccessDenied);
    }

    /// <summary>The address that connects to the inode behind the descriptor, while that is open.</summary>
    public static UnixDomainSocketEndPoint EndPoint(SafeFileHandle handle) => new($"/proc/self/fd/{handle.DangerousGetHandle()}");

    /// <summary>The same as the kernel's sockaddr.</summary>
    public static ReadOnlyMemory<byte> NativeBytes(SafeFileHandle handle)
    {
        var address = EndPoint(handle).Serialize();
        return address.Buffer[..address.Size];
    }
}
