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
    public bool TrySend(string path, ReadOnlySpan<byte> datagram) => TrySend(path, datagram, null);

    /// <summary>
    /// Sends like <see cref="TrySend(string, ReadOnlySpan{byte})"/>, seen by the receiver as coming from another user (SCM_CREDENTIALS, unix(7)):
    /// needs CAP_SETUID and CAP_SETGID.
    /// </summary>
    public bool TrySend(string path, ReadOnlySpan<byte> datagram, uint uid, uint gid) => TrySend(path, datagram, new ucred { pid = Environment.ProcessId, uid = uid, gid = gid });

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private bool TrySend(string path, ReadOnlySpan<byte> datagram, ucred? sender)
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
        var control = stackalloc byte[CMSG_SPACE(sizeof(ucred))];
        fixed (byte* data = datagram)
        {
            var vector = new iovec { iov_base = data, iov_len = (size_t)datagram.Length };
            var message = default(msghdr);
            message.msg_name = &address;
            message.msg_namelen = (uint)(2 + name.Length + 1);
            message.msg_iov = &vector;
            message.msg_iovlen = 1;
            if (sender is { } credentials)
            {
                new Span<byte>(control, CMSG_SPACE(sizeof(ucred))).Clear();
                message.msg_control = control;
                message.msg_controllen = (uint)CMSG_SPACE(sizeof(ucred));
                var header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_CREDENTIALS;

                // Not CMSG_LEN of the library, which rounds up: the kernel takes the exact length only.
                header->cmsg_len = (uint)(sizeof(cmsghdr) + sizeof(ucred));
                *(ucred*)CMSG_DATA(header) = credentials;
            }

            var sent = (long)sendmsg((int)_socket.DangerousGetHandle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
            GC.KeepAlive(this);
            return sent == datagram.Length;
        }
    }
}
