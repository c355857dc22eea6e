using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>Sends single datagrams to unix sockets and never waits for a receiver that does not read.</summary>
public sealed unsafe class UnixDatagramSender : IDisposable
{
    private readonly SafeFileHandle _socket;

    /// <summary>Opens an unbound socket. Throws <see cref="LinuxException"/>.</summary>
    public UnixDatagramSender()
    {
        var descriptor = LibC.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        _socket = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new LinuxException("socket", LibC.errno, "AF_UNIX");
    }

    /// <summary>Sends to <paramref name="path"/>; false when nobody listens there, its queue is full or the path is too long.</summary>
    public bool TrySend(string path, ReadOnlySpan<byte> datagram)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length is 0 or >= 108)
        {
            return false;
        }

        sockaddr_un address;
        new Span<byte>(&address, sizeof(sockaddr_un)).Clear();
        address.sun_family = AF_UNIX;
        name.CopyTo(new Span<byte>(address.sun_path, 108));
        fixed (byte* data = datagram)
        {
            var sent = (long)sendto((int)_socket.DangerousGetHandle(), data, (size_t)datagram.Length, MSG_DONTWAIT | MSG_NOSIGNAL, (sockaddr*)&address, (uint)(2 + name.Length + 1));
            GC.KeepAlive(this);
            return sent == datagram.Length;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();
}
