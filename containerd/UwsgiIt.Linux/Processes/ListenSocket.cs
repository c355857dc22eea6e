using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Processes;

/// <summary>Listening and datagram sockets as plain descriptors, to be handed to a child or watched by an event loop.</summary>
public static unsafe class ListenSocket
{
    private const int MaxPathBytes = 107;

    /// <summary>Listens on an absolute path or <c>ip:port</c>. A stale socket in the way is removed. Throws <see cref="LinuxException"/>; acts on files as the user we act as.</summary>
    public static SafeFileHandle Stream(string address, int backlog) => Open(address, SOCK_STREAM, backlog);

    /// <summary>Binds a datagram socket to an absolute path. Throws <see cref="LinuxException"/>.</summary>
    public static SafeFileHandle Datagram(string path) => Open(path, SOCK_DGRAM, 0);

    /// <summary>Takes a connection as a descriptor; null when there is none.</summary>
    public static SafeFileHandle? Accept(SafeFileHandle listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        var descriptor = accept4((int)listener.DangerousGetHandle(), null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Starts to connect to <c>ip:port</c>; null with <paramref name="errno"/> when that fails at once. Writable when done: then ask <see cref="TakeError"/>.</summary>
    public static SafeFileHandle? Connect(IPEndPoint target, out int errno)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Connect(target.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET, Address(target), out errno);
    }

    /// <summary>Connects to a unix stream socket; null with <paramref name="errno"/> when nobody listens or the queue is full (EAGAIN).</summary>
    public static SafeFileHandle? Connect(string path, out int errno) => Connect(AF_UNIX, Address(path), out errno);

    /// <summary>Connects to a port of this machine if somebody listens there now: loopback answers at once. Null otherwise.</summary>
    public static SafeFileHandle? ConnectNow(IPEndPoint target)
    {
        var connection = Connect(target, out _);
        if (connection is null)
        {
            return null;
        }

        var ready = new pollfd { fd = (int)connection.DangerousGetHandle(), events = POLLOUT };
        if (poll(&ready, 1, 0) == 1 && TakeError(connection) == 0)
        {
            return connection;
        }

        connection.Dispose();
        return null;
    }

    /// <summary>SO_ERROR, 0 for none.</summary>
    public static int TakeError(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        int error;
        socklen_t length = sizeof(int);
        return getsockopt((int)handle.DangerousGetHandle(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : LibC.errno;
    }

    /// <summary>Ends our sending direction.</summary>
    public static void EndSending(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _ = shutdown((int)handle.DangerousGetHandle(), SHUT_WR);
    }

    private static SafeFileHandle? Connect(int family, byte[] address, out int errno)
    {
        var descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        errno = descriptor < 0 ? LibC.errno : 0;
        if (descriptor < 0)
        {
            return null;
        }

        fixed (byte* pointer = address)
        {
            errno = connect(descriptor, (sockaddr*)pointer, (uint)address.Length) == 0 ? 0 : LibC.errno;
        }

        if (errno == 0 || errno == EINPROGRESS)
        {
            errno = 0;
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        _ = close(descriptor);
        return null;
    }

    private static SafeFileHandle Open(string address, int type, int backlog)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPEndPoint? endPoint = null;
        if (!address.StartsWith('/') && !IPEndPoint.TryParse(address, out endPoint))
        {
            throw new LinuxException("bind", EINVAL, address);
        }

        var bytes = endPoint is null ? Address(address) : Address(endPoint);
        var family = endPoint is null ? AF_UNIX : endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET;
        var descriptor = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor < 0)
        {
            throw new LinuxException("socket", LibC.errno, address);
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var one = 1;
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(int));
        if (endPoint is null)
        {
            RemoveStale(address);
        }

        fixed (byte* pointer = bytes)
        {
            if (bind(descriptor, (sockaddr*)pointer, (uint)bytes.Length) != 0 || (type == SOCK_STREAM && listen(descriptor, backlog) != 0))
            {
                var errno = LibC.errno;
                handle.Dispose();
                throw new LinuxException("bind", errno, address);
            }
        }

        return handle;
    }

    private static void RemoveStale(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            stat facts;
            if (lstat(name, &facts) == 0 && ((uint)facts.st_mode & 0xF000) == 0xC000)
            {
                _ = unlink(name);
            }
        }
    }

    private static byte[] Address(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length > MaxPathBytes)
        {
            throw new LinuxException("bind", ENAMETOOLONG, path);
        }

        var address = new byte[2 + name.Length + 1];
        BinaryPrimitives.WriteUInt16LittleEndian(address, (ushort)AddressFamily.Unix);
        name.CopyTo(address, 2);
        return address;
    }

    private static byte[] Address(IPEndPoint endPoint)
    {
        var serialised = endPoint.Serialize();
        var address = new byte[serialised.Size];
        serialised.Buffer.Span[..serialised.Size].CopyTo(address);
        return address;
    }
}
