using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// A UDP socket that is read in batches (recvmmsg(2)), so that a flood costs one system call for many datagrams. One thread receives; any
/// thread may <see cref="Stop"/> it or ask for <see cref="Dropped"/>.
/// </summary>
public sealed unsafe class UdpListener : IDisposable
{
    private const int BatchSize = 32;
    private const int SO_MEMINFO = 55; // asm-generic/socket.h
    private const int DroppedIndex = 8; // SK_MEMINFO_DROPS, linux/sock_diag.h
    private const int MemoryInfoCount = 9;

    private readonly Socket _socket;
    private readonly SafeFileHandle _handle;
    private readonly DescriptorPoll _poll = new();
    private readonly int _datagramBytes;
    private readonly byte* _memory;
    private readonly Native.MessageHeader* _messages;
    private readonly sockaddr_in6* _senders;
    private readonly byte* _datagrams;
    private int _next;
    private int _count;
    private volatile bool _isStopped;

    private UdpListener(Socket socket, int datagramBytes)
    {
        _socket = socket;
        _handle = new SafeFileHandle(socket.Handle, ownsHandle: false);
        _datagramBytes = datagramBytes;
        var vectorsAt = BatchSize * sizeof(Native.MessageHeader);
        var sendersAt = vectorsAt + (BatchSize * sizeof(iovec));
        var datagramsAt = sendersAt + (BatchSize * sizeof(sockaddr_in6));
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(datagramsAt + (BatchSize * datagramBytes)));
        _messages = (Native.MessageHeader*)_memory;
        _senders = (sockaddr_in6*)(_memory + sendersAt);
        _datagrams = _memory + datagramsAt;
        var vectors = (iovec*)(_memory + vectorsAt);
        for (var i = 0; i < BatchSize; i++)
        {
            vectors[i] = new iovec { iov_base = _datagrams + (i * datagramBytes), iov_len = (size_t)datagramBytes };
            _messages[i].Header.msg_iov = &vectors[i];
            _messages[i].Header.msg_iovlen = 1;
            _messages[i].Header.msg_name = &_senders[i];
        }

        _poll.Add(_handle, 0);
    }

    /// <summary>Where it is bound, with the port that the kernel chose where 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Datagrams that the kernel has thrown away since the bind, nearly always because <c>receiveBufferBytes</c> were full.</summary>
    public long Dropped
    {
        get
        {
            var facts = stackalloc uint[MemoryInfoCount];
            Span<byte> bytes = new(facts, MemoryInfoCount * sizeof(uint));
            return !_isStopped && _socket.GetRawSocketOption(SOL_SOCKET, SO_MEMINFO, bytes) == bytes.Length ? facts[DroppedIndex] : 0;
        }
    }

    /// <summary>Binds; throws <see cref="SocketException"/>.</summary>
    /// <param name="endPoint">IPv4 or IPv6.</param>
    /// <param name="datagramBytes">What one datagram is cut to: one byte more than the longest good one, so that a longer one shows.</param>
    /// <param name="receiveBufferBytes">Wanted kernel buffer; without CAP_NET_ADMIN the kernel may give less (net.core.rmem_max) without an error.</param>
    public static UdpListener Bind(IPEndPoint endPoint, int datagramBytes, int receiveBufferBytes)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            KernelBuffer.TrySetReceive((int)socket.Handle, receiveBufferBytes);
            socket.Bind(endPoint);
            return new UdpListener(socket, datagramBytes);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits for a datagram; false after <see cref="Stop"/>. It is cut to the length that the listener was bound with, and holds until the
    /// next call.
    /// </summary>
    public bool TryReceive(out ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out IPAddress? sender)
    {
        if (_next == _count)
        {
            (_next, _count) = (0, ReceiveBatch());
        }

        if (_count == 0)
        {
            datagram = default;
            sender = null;
            return false;
        }

        datagram = new(_datagrams + (_next * _datagramBytes), (int)_messages[_next].Length);
        sender = Address(&_senders[_next]);
        _next++;
        return true;
    }

    /// <summary>Makes the receiving thread return false, now and from then on.</summary>
    public void Stop()
    {
        _isStopped = true;
        _poll.Wake();
    }

    /// <summary>Closes the socket; the receiving thread must have returned.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _poll.Dispose();
        _handle.Dispose();
        _socket.Dispose();
        NativeMemory.Free(_memory);
    }

    private int ReceiveBatch()
    {
        while (!_isStopped)
        {
            for (var i = 0; i < BatchSize; i++)
            {
                _messages[i].Header.msg_namelen = (uint)sizeof(sockaddr_in6);
                _messages[i].Length = 0;
            }

            var count = Native.ReceiveMessages((int)_socket.Handle, _messages, BatchSize, MSG_DONTWAIT, 0);
            if (count > 0)
            {
                return count;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno == EAGAIN)
            {
                _poll.Wait();
            }
            else if (errno != EINTR)
            {
                throw new LinuxException("recvmmsg", errno, LocalEndPoint.ToString());
            }
        }

        return 0;
    }

    private static IPAddress Address(sockaddr_in6* sender) => sender->sin6_family == AF_INET6
        ? new IPAddress(new ReadOnlySpan<byte>(&sender->sin6_addr, 16), sender->sin6_scope_id)
        : new IPAddress(new ReadOnlySpan<byte>(&((sockaddr_in*)sender)->sin_addr, 4));
}
