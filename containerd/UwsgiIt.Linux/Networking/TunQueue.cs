using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux.Networking;

/// <summary>
/// One queue of a tun device: a packet with its <see cref="VirtioHeaderBytes"/> in front per call. Never waits; counts below zero are a negated
/// errno. One thread uses it at a time.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is one; the kernel says so too.")]
public sealed unsafe class TunQueue : IDisposable
{
    /// <summary>Length of struct virtio_net_hdr (linux/virtio_net.h), the tun driver's default, in bytes.</summary>
    public const int VirtioHeaderBytes = 10;

    /// <summary>Longest frame with its header, in bytes: a segmented frame is at most as long as an IP packet can be, and IPv6 does not count its header.</summary>
    public const int MaxFrameBytes = VirtioHeaderBytes + 65_535 + 40;

    /// <summary>Returned where there is nothing to read (EAGAIN).</summary>
    public const int WouldBlock = -11;

    private readonly int _descriptor;

    /// <summary>Takes over an open, attached, non-blocking tun descriptor.</summary>
    public TunQueue(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        Handle = handle;
        _descriptor = (int)handle.DangerousGetHandle();
    }

    /// <summary>The descriptor; owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Reads one frame.</summary>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = (long)read(_descriptor, pointer, (size_t)buffer.Length);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <summary>Writes one frame.</summary>
    public int Write(ReadOnlySpan<byte> frame)
    {
        fixed (byte* pointer = frame)
        {
            var count = (long)write(_descriptor, pointer, (size_t)frame.Length);
            return count >= 0 ? (int)count : -LibC.errno;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
