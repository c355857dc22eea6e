using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// A unix datagram socket that asks the kernel who sent each datagram (SO_PASSCRED, unix(7)). One thread receives; any thread may
/// <see cref="Stop"/> it.
/// </summary>
public sealed unsafe class UnixDatagramListener : IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly SafeFileHandle _wake;

    private UnixDatagramListener(SafeFileHandle socket, SafeFileHandle wake, string path)
    {
        _socket = socket;
        _wake = wake;
        Path = path;
    }

    /// <summary>Where it is bound.</summary>
    public string Path { get; }

    /// <summary>
    /// Binds <paramref name="path"/> with permission bits <paramref name="mode"/>. The socket is bound under a temporary name, given its
    /// mode and renamed, so that nobody sees it with other permissions and a reader of the old one loses nothing but that name. A stale
    /// socket is replaced; any other kind of file is left alone and is an error. Throws <see cref="LinuxException"/>.
    /// </summary>
    /// <param name="path">Absolute path, at most 100 bytes (sun_path less the temporary suffix).</param>
    /// <param name="mode">Permission bits, for example 0x1B6 (octal 666).</param>
    /// <param name="receiveBufferBytes">Wanted kernel buffer; the kernel may give less (net.core.rmem_max) without an error.</param>
    public static UnixDatagramListener Bind(string path, int mode, int receiveBufferBytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        ThrowIfOccupied(path);
        var descriptor = LibC.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor < 0)
        {
            throw new LinuxException("socket", LibC.errno, path);
        }

        var socket = new SafeFileHandle(descriptor, ownsHandle: true);
        var temporary = path + ".new";
        try
        {
            SetOption(descriptor, SO_PASSCRED, 1, path);
            KernelBuffer.TrySetReceive(descriptor, receiveBufferBytes);
            File.Delete(temporary);
            BindTo(descriptor, temporary);
            File.SetUnixFileMode(temporary, (UnixFileMode)mode);
            File.Move(temporary, path, overwrite: true);

            var wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
            if (wake < 0)
            {
                throw new LinuxException("eventfd", LibC.errno, path);
            }

            return new UnixDatagramListener(socket, new SafeFileHandle(wake, ownsHandle: true), path);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits for a datagram. Returns its length, which is more than <paramref name="buffer"/> holds when it was cut, or -1 after
    /// <see cref="Stop"/>. Credentials are null when the kernel sent none.
    /// </summary>
    public int Receive(Span<byte> buffer, out PeerCredentials? sender)
    {
        while (true)
        {
            var length = TryReceive(buffer, out sender);
            if (length >= 0)
            {
                return length;
            }

            if (!WaitReadable())
            {
                return -1;
            }
        }
    }

    /// <summary>Makes the receiving thread return -1, now and from then on.</summary>
    public void Stop()
    {
        ulong one = 1;
        _ = write((int)_wake.DangerousGetHandle(), &one, sizeof(ulong));
    }

    /// <summary>Closes the socket. The path is left: a successor may own it by now.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _wake.Dispose();
    }

    private int TryReceive(Span<byte> buffer, out PeerCredentials? sender)
    {
        sender = null;
        var control = stackalloc byte[CMSG_SPACE(sizeof(ucred))];
        fixed (byte* data = buffer)
        {
            var vector = new iovec { iov_base = data, iov_len = (size_t)buffer.Length };
            var message = default(msghdr);
            message.msg_iov = &vector;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = (uint)CMSG_SPACE(sizeof(ucred));

            // MSG_TRUNC makes the call return the datagram's own length, so a cut one is seen.
            var length = (long)recvmsg((int)_socket.DangerousGetHandle(), &message, MSG_TRUNC | MSG_CMSG_CLOEXEC);
            if (length < 0)
            {
                var errno = LibC.errno;
                return errno == EAGAIN || errno == EINTR ? -1 : throw new LinuxException("recvmsg", errno, Path);
            }

            for (var header = CMSG_FIRSTHDR(&message); header is not null; header = CMSG_NXTHDR(&message, header))
            {
                if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS)
                {
                    var credentials = (ucred*)CMSG_DATA(header);
                    sender = new PeerCredentials((int)credentials->pid, (uint)credentials->uid, (uint)credentials->gid);
                }
            }

            return (int)length;
        }
    }

    private bool WaitReadable()
    {
        var descriptors = stackalloc pollfd[2];
        descriptors[0] = new pollfd { fd = (int)_socket.DangerousGetHandle(), events = POLLIN };
        descriptors[1] = new pollfd { fd = (int)_wake.DangerousGetHandle(), events = POLLIN };

        // Both are "try again" (poll(2)): an interrupted call, or a moment without memory.
        if (poll(descriptors, 2, -1) < 0 && LibC.errno is var errno && errno != EINTR && errno != EAGAIN)
        {
            throw new LinuxException("poll", errno, Path);
        }

        return descriptors[1].revents == 0;
    }

    private static void ThrowIfOccupied(string path)
    {
        stat facts;
        fixed (byte* name = Terminated(path))
        {
            if (lstat(name, &facts) == 0 && ((uint)facts.st_mode & 0xF000) != 0xC000)
            {
                throw new LinuxException("bind", EEXIST, path);
            }
        }
    }

    private static void BindTo(int descriptor, string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        sockaddr_un address;
        if (name.Length >= 108)
        {
            throw new LinuxException("bind", ENAMETOOLONG, path);
        }

        new Span<byte>(&address, sizeof(sockaddr_un)).Clear();
        address.sun_family = AF_UNIX;
        name.CopyTo(new Span<byte>(address.sun_path, 108));
        if (bind(descriptor, (sockaddr*)&address, (uint)(2 + name.Length + 1)) != 0)
        {
            throw new LinuxException("bind", LibC.errno, path);
        }
    }

    private static void SetOption(int descriptor, int option, int value, string path)
    {
        if (setsockopt(descriptor, SOL_SOCKET, option, &value, sizeof(int)) != 0)
        {
            throw new LinuxException("setsockopt", LibC.errno, path);
        }
    }

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
