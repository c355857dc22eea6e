using System.Net;
using System.Net.Sockets;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// A non-blocking stream socket for event loops: every call is one system call and returns at once. Counts below zero are a negated errno;
/// <see cref="WouldBlock"/> is the ordinary one. Closing while another thread is inside a call is the owner's mistake.
/// </summary>
public sealed unsafe class StreamSocket : IDisposable
{
    /// <summary>Returned where the call would have to wait (EAGAIN).</summary>
    public const int WouldBlock = -11;

    /// <summary>Returned by <see cref="Connect"/> when the answer will come as writability (EINPROGRESS).</summary>
    public const int InProgress = -115;

    private static int _lastSerial;

    private readonly Lock _close = new();
    private readonly int _descriptor;
    private bool _closed;

    private StreamSocket(int descriptor) => _descriptor = descriptor;

    /// <summary>A small number, unique among open sockets; used again after <see cref="Dispose"/>.</summary>
    public int Id => _descriptor;

    /// <summary>Tells sockets of the same <see cref="Id"/> apart; wraps after 4 billion.</summary>
    public uint Serial { get; } = (uint)Interlocked.Increment(ref _lastSerial);

    /// <summary>A new socket of the family. Throws <see cref="LinuxException"/>.</summary>
    public static StreamSocket Open(AddressFamily family)
    {
        var native = family switch { AddressFamily.Unix => AF_UNIX, AddressFamily.InterNetworkV6 => AF_INET6, _ => AF_INET };
        var descriptor = LibC.socket(native, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return descriptor >= 0 ? new StreamSocket(descriptor) : throw new LinuxException("socket", LibC.errno, family.ToString());
    }

    /// <summary>Takes a listening descriptor over, a duplicate of it being ours from then on. Throws <see cref="LinuxException"/>.</summary>
    public static StreamSocket Duplicate(nint descriptor)
    {
        var copy = fcntl((int)descriptor, F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
        {
            throw new LinuxException("fcntl", LibC.errno, $"descriptor {descriptor}");
        }

        _ = fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) | O_NONBLOCK);
        return new StreamSocket(copy);
    }

    /// <summary>Turns Nagle's algorithm off; nothing on a unix socket.</summary>
    public void SetNoDelay()
    {
        var one = 1;
        _ = setsockopt(_descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(int));
    }

    /// <summary>Accepts a connection; null when there is none, with <paramref name="errno"/> saying why (EAGAIN or worse).</summary>
    public StreamSocket? Accept(out int errno)
    {
        var descriptor = accept4(_descriptor, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        errno = descriptor < 0 ? LibC.errno : 0;
        return descriptor < 0 ? null : new StreamSocket(descriptor);
    }

    /// <summary>Starts to connect: 0, <see cref="InProgress"/>, or a negated errno.</summary>
    public int Connect(ReadOnlySpan<byte> address)
    {
        fixed (byte* pointer = address)
        {
            return connect(_descriptor, (sockaddr*)pointer, (uint)address.Length) == 0 ? 0 : -LibC.errno;
        }
    }

    /// <summary>The pending error of the socket (SO_ERROR), 0 for none.</summary>
    public int TakeError()
    {
        int error;
        socklen_t length = sizeof(int);
        return getsockopt(_descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : LibC.errno;
    }

    /// <summary>What the peer has taken; false when it is no TCP connection, or no longer one.</summary>
    public bool TryGetProgress(out TcpProgress progress)
    {
        Span<byte> info = stackalloc byte[TcpProgress.InfoBytes];
        socklen_t length = TcpProgress.InfoBytes;
        fixed (byte* pointer = info)
        {
            progress = default;
            return getsockopt(_descriptor, TcpProgress.Level, TcpProgress.Option, pointer, &length) == 0 && TcpProgress.TryRead(info[..(int)(uint)length], out progress);
        }
    }

    /// <summary>Receives; 0 means that the peer has ended its side.</summary>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = (long)recv(_descriptor, pointer, (size_t)buffer.Length, 0);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <summary>Sends what fits.</summary>
    public int Send(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = (long)send(_descriptor, pointer, (size_t)buffer.Length, MSG_NOSIGNAL);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <summary>Bytes that can be received now (FIONREAD).</summary>
    public int Available()
    {
        int count;
        return ioctl(_descriptor, FIONREAD, &count) == 0 ? count : 0;
    }

    /// <summary>Ends one direction or both; nothing after <see cref="Dispose"/>. From any thread.</summary>
    public void Shutdown(SocketShutdown how)
    {
        lock (_close)
        {
            if (!_closed)
            {
                _ = shutdown(_descriptor, (int)how);
            }
        }
    }

    /// <summary>
    /// Ends both directions and has the close drop what is still queued (SO_LINGER 0): a peer that does not read would otherwise keep megabytes
    /// of it in the kernel long after we are done with it. Nothing after <see cref="Dispose"/>. From any thread.
    /// </summary>
    public void Reset()
    {
        lock (_close)
        {
            if (!_closed)
            {
                var none = new linger { l_onoff = 1, l_linger = 0 };
                _ = setsockopt(_descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof(linger));
                _ = shutdown(_descriptor, SHUT_RDWR);
            }
        }
    }

    /// <summary>Local address, or null for one without (unix).</summary>
    public IPEndPoint? LocalEndPoint() => ReadEndPoint(remote: false);

    /// <summary>The peer's address, or null for one without (unix).</summary>
    public IPEndPoint? RemoteEndPoint() => ReadEndPoint(remote: true);

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        lock (_close)
        {
            if (!_closed)
            {
                _closed = true;
                _ = close(_descriptor);
            }
        }
    }

    private IPEndPoint? ReadEndPoint(bool remote)
    {
        Span<byte> address = stackalloc byte[128];
        socklen_t length = (uint)address.Length;
        fixed (byte* pointer = address)
        {
            if ((remote ? getpeername(_descriptor, (sockaddr*)pointer, &length) : getsockname(_descriptor, (sockaddr*)pointer, &length)) != 0)
            {
                return null;
            }
        }

        var family = BitConverter.ToUInt16(address);
        var port = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return family == AF_INET ? new IPEndPoint(new IPAddress(address.Slice(4, 4)), port)
            : family == AF_INET6 ? new IPEndPoint(new IPAddress(address.Slice(8, 16), BitConverter.ToUInt32(address[24..])), port)
            : null;
    }
}
