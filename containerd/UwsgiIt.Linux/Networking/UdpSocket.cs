using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Networking;

/// <summary>A bound UDP socket that came as a descriptor. Never waits; counts below zero are a negated errno. Any thread may send, one receives.</summary>
public sealed unsafe class UdpSocket : IDisposable
{
    /// <summary>Room for any address, in bytes (struct sockaddr_in6 has 28).</summary>
    public const int MaxAddressBytes = 28;

    /// <summary>Returned where there is nothing to receive, or no room to send (EAGAIN).</summary>
    public const int WouldBlock = -11;

    private readonly int _descriptor;

    /// <summary>Takes over the descriptor of a bound socket.</summary>
    public UdpSocket(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        Handle = handle;
        _descriptor = (int)handle.DangerousGetHandle();
    }

    /// <summary>The socket; owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Receives one datagram, and the sender's address as the kernel writes it (ip(7), ipv6(7)).</summary>
    public int Receive(Span<byte> buffer, Span<byte> address, out int addressLength)
    {
        fixed (byte* data = buffer, from = address)
        {
            var length = (socklen_t)(uint)address.Length;
            var count = (long)recvfrom(_descriptor, data, (size_t)buffer.Length, MSG_DONTWAIT, (sockaddr*)from, &length);
            addressLength = (int)(uint)length;
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <summary>Sends one datagram to an address as the kernel writes it.</summary>
    public int Send(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> address)
    {
        fixed (byte* data = datagram, to = address)
        {
            var count = (long)sendto(_descriptor, data, (size_t)datagram.Length, MSG_DONTWAIT | MSG_NOSIGNAL, (sockaddr*)to, (uint)address.Length);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
