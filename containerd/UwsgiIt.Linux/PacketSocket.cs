using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// A unix SOCK_SEQPACKET socket: messages keep their bounds and may bring descriptors (SCM_RIGHTS, unix(7)). Calls block unless said; what
/// comes in is close-on-exec, and a message that was cut in text or descriptors is an error.
/// </summary>
public sealed unsafe class PacketSocket : IDisposable
{
    /// <summary>Most descriptors one message may bring; arbitrary, may grow.</summary>
    public const int MaxDescriptors = 8;

    private PacketSocket(SafeFileHandle handle, string subject)
    {
        Handle = handle;
        Subject = subject;
    }

    /// <summary>The socket; owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Its path, or what it is for.</summary>
    public string Subject { get; }

    /// <summary>Takes over an inherited descriptor.</summary>
    public static PacketSocket Adopt(int descriptor, string subject) => new(new SafeFileHandle(descriptor, ownsHandle: true), subject);

    /// <summary>Two connected ends.</summary>
    public static (PacketSocket Ours, PacketSocket Theirs) Pair(string subject)
    {
        var ends = stackalloc int[2];
        return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0
            ? (Adopt(ends[0], subject), Adopt(ends[1], subject))
            : throw new LinuxException("socketpair", LibC.errno, subject);
    }

    /// <summary>Listens at a path of at most 100 bytes, replacing a stale socket there; the socket has <paramref name="mode"/> before anybody can see it under that name.</summary>
    public static PacketSocket Listen(string path, int mode, int backlog = 64)
    {
        var socket = Open(path);
        try
        {
            var temporary = path + ".new";
            File.Delete(temporary);
            var address = Address(temporary);
            fixed (byte* pointer = address)
            {
                if (bind(Descriptor(socket), (sockaddr*)pointer, (uint)address.Length) != 0)
                {
                    throw new LinuxException("bind", LibC.errno, path);
                }
            }

            File.SetUnixFileMode(temporary, (UnixFileMode)mode);
            if (listen(Descriptor(socket), backlog) != 0)
            {
                throw new LinuxException("listen", LibC.errno, path);
            }

            File.Move(temporary, path, overwrite: true);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a listener.</summary>
    public static PacketSocket Connect(string path)
    {
        var socket = Open(path);
        var address = Address(path);
        fixed (byte* pointer = address)
        {
            if (connect(Descriptor(socket), (sockaddr*)pointer, (uint)address.Length) != 0)
            {
                var errno = LibC.errno;
                socket.Dispose();
                throw new LinuxException("connect", errno, path);
            }
        }

        return socket;
    }

    /// <summary>Waits for a connection; null once the socket was shut down.</summary>
    public PacketSocket? Accept()
    {
        while (true)
        {
            var descriptor = accept4(Descriptor(this), null, null, SOCK_CLOEXEC);
            if (descriptor >= 0)
            {
                return Adopt(descriptor, Subject);
            }

            var errno = LibC.errno;
            if (errno is not (4 or 103))
            {
                return errno == EINVAL || errno == EBADF ? null : throw new LinuxException("accept4", errno, Subject);
            }
        }
    }

    /// <summary>Who is at the other end, by the kernel's word (SO_PEERCRED).</summary>
    public PeerCredentials Peer() => SocketPeer.Of(Handle);

    /// <summary>Bounds how long <see cref="Receive"/> and <see cref="Send"/> wait (SO_RCVTIMEO, SO_SNDTIMEO); zero: for ever.</summary>
    public void SetTimeout(TimeSpan timeout)
    {
        var value = stackalloc long[2];
        value[0] = (long)timeout.TotalSeconds;
        value[1] = timeout.Microseconds + (timeout.Milliseconds * 1000L);
        _ = setsockopt(Descriptor(this), SOL_SOCKET, SO_RCVTIMEO, value, 16);
        _ = setsockopt(Descriptor(this), SOL_SOCKET, SO_SNDTIMEO, value, 16);
    }

    /// <summary>Sends one message; the descriptors stay the caller's.</summary>
    public void Send(ReadOnlySpan<byte> message, params ReadOnlySpan<SafeFileHandle> descriptors)
    {
        var control = stackalloc byte[CMSG_SPACE(MaxDescriptors * sizeof(int))];
        new Span<byte>(control, CMSG_SPACE(MaxDescriptors * sizeof(int))).Clear();
        fixed (byte* data = message)
        {
            var vector = new iovec { iov_base = data, iov_len = (size_t)message.Length };
            var header = default(msghdr);
            header.msg_iov = &vector;
            header.msg_iovlen = 1;
            if (descriptors.Length > 0)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors);
                header.msg_control = control;
                header.msg_controllen = (uint)CMSG_SPACE(descriptors.Length * sizeof(int));
                var first = CMSG_FIRSTHDR(&header);
                first->cmsg_level = SOL_SOCKET;
                first->cmsg_type = SCM_RIGHTS;

                // Not CMSG_LEN: that of the bindings is padded, and the padding would be taken for one more descriptor.
                first->cmsg_len = (uint)(sizeof(cmsghdr) + (descriptors.Length * sizeof(int)));
                for (var i = 0; i < descriptors.Length; i++)
                {
                    ((int*)CMSG_DATA(first))[i] = (int)descriptors[i].DangerousGetHandle();
                }
            }

            while ((long)sendmsg(Descriptor(this), &header, MSG_NOSIGNAL) < 0)
            {
                if (LibC.errno is var errno && errno != EINTR)
                {
                    throw new LinuxException("sendmsg", errno, Subject);
                }
            }
        }
    }

    /// <summary>
    /// Waits for one message: its length, 0 when the peer has gone, or -1 when the time set is over. The descriptors are the caller's to
    /// dispose of, also after an error.
    /// </summary>
    public int Receive(Span<byte> buffer, List<SafeFileHandle> descriptors)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        var control = stackalloc byte[CMSG_SPACE(MaxDescriptors * sizeof(int))];
        fixed (byte* data = buffer)
        {
            while (true)
            {
                var vector = new iovec { iov_base = data, iov_len = (size_t)buffer.Length };
                var header = default(msghdr);
                header.msg_iov = &vector;
                header.msg_iovlen = 1;
                header.msg_control = control;
                header.msg_controllen = (uint)CMSG_SPACE(MaxDescriptors * sizeof(int));
                var length = (long)recvmsg(Descriptor(this), &header, MSG_CMSG_CLOEXEC);
                if (length < 0)
                {
                    var errno = LibC.errno;
                    if (errno == EINTR)
                    {
                        continue;
                    }

                    return errno == EAGAIN ? -1 : errno == ECONNRESET ? 0 : throw new LinuxException("recvmsg", errno, Subject);
                }

                TakeDescriptors(&header, descriptors);
                return (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 ? (int)length : throw new LinuxException("recvmsg", EMSGSIZE, Subject);
            }
        }
    }

    /// <summary>Wakes whoever waits on it: nothing comes or goes any more.</summary>
    public void Shutdown() => _ = shutdown(Descriptor(this), 2);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>The message as text, for messages.</summary>
    public override string ToString() => Subject;

    private static void TakeDescriptors(msghdr* header, List<SafeFileHandle> descriptors)
    {
        for (var item = CMSG_FIRSTHDR(header); item is not null; item = CMSG_NXTHDR(header, item))
        {
            if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS)
            {
                var count = ((int)item->cmsg_len - sizeof(cmsghdr)) / sizeof(int);
                for (var i = 0; i < count; i++)
                {
                    descriptors.Add(new SafeFileHandle(((int*)CMSG_DATA(item))[i], ownsHandle: true));
                }
            }
        }
    }

    private static PacketSocket Open(string subject)
    {
        var descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        return descriptor >= 0 ? Adopt(descriptor, subject) : throw new LinuxException("socket", LibC.errno, subject);
    }

    private static byte[] Address(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length is 0 or >= 108)
        {
            throw new LinuxException("connect", ENAMETOOLONG, path);
        }

        return [.. BitConverter.GetBytes((ushort)AF_UNIX), .. name, 0];
    }

    private static int Descriptor(PacketSocket socket) => (int)socket.Handle.DangerousGetHandle();
}
