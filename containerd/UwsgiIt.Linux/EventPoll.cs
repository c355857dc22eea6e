using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>What an <see cref="EventPoll"/> reports of a socket, in the kernel's bits (epoll_ctl(2)).</summary>
[Flags]
public enum PollEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>EPOLLIN.</summary>
    Readable = 0x1,

    /// <summary>EPOLLOUT.</summary>
    Writable = 0x4,

    /// <summary>EPOLLERR; always reported.</summary>
    Error = 0x8,

    /// <summary>EPOLLHUP; always reported: both directions have ended.</summary>
    HangUp = 0x10,

    /// <summary>EPOLLRDHUP: the peer has ended its side.</summary>
    PeerClosed = 0x2000,

    /// <summary>EPOLLEXCLUSIVE: of several polls watching one listener, wake one.</summary>
    Exclusive = 1u << 28,

    /// <summary>EPOLLET: report changes, not states.</summary>
    EdgeTriggered = 1u << 31,
}

/// <summary>epoll(7) with an eventfd to wake its thread. One thread waits; any thread may add, change and wake.</summary>
public sealed unsafe class EventPoll : IDisposable
{
    /// <summary>Reported instead of a socket's id when <see cref="Wake"/> was called.</summary>
    public const int WakeId = -1;

    /// <summary>Most events of one <see cref="Wait"/>: with as many there may be more.</summary>
    public const int MaxEvents = 256;

    private readonly int _poll;
    private readonly Waker _wake = new();
    private readonly epoll_event[] _events = GC.AllocateArray<epoll_event>(MaxEvents, pinned: true);

    /// <summary>Throws <see cref="LinuxException"/> when the kernel has no descriptors left.</summary>
    public EventPoll()
    {
        _poll = epoll_create1(EPOLL_CLOEXEC);
        if (_poll < 0)
        {
            throw new LinuxException("epoll_create1", LibC.errno, "event loop");
        }

        Control(EPOLL_CTL_ADD, _wake.Descriptor, WakeId, 0, PollEvents.Readable);
    }

    /// <summary>Its own descriptor, readable while there are events: for a poll of polls.</summary>
    public int Descriptor => _poll;

    /// <summary>
    /// Watches a socket; its events are reported with its <see cref="StreamSocket.Id"/> and <see cref="StreamSocket.Serial"/>. Closing it ends
    /// that, except for events already fetched, and while a child process between fork and exec holds a copy: those have a serial of the past.
    /// </summary>
    public void Add(StreamSocket socket, PollEvents events)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Control(EPOLL_CTL_ADD, socket.Id, socket.Id, socket.Serial, events);
    }

    /// <summary>Changes what is watched.</summary>
    public void Change(StreamSocket socket, PollEvents events)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Control(EPOLL_CTL_MOD, socket.Id, socket.Id, socket.Serial, events);
    }

    /// <summary>Watches any descriptor; its events are reported with the id returned, its number.</summary>
    public int Add(SafeHandle handle, PollEvents events)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var descriptor = (int)handle.DangerousGetHandle();
        Control(EPOLL_CTL_ADD, descriptor, descriptor, 0, events);
        return descriptor;
    }

    /// <summary>Changes what is watched of a descriptor added by handle.</summary>
    public void Change(SafeHandle handle, PollEvents events)
    {
        ArgumentNullException.ThrowIfNull(handle);
        Control(EPOLL_CTL_MOD, (int)handle.DangerousGetHandle(), (int)handle.DangerousGetHandle(), 0, events);
    }

    /// <summary>Ends the watch of a descriptor added by handle, which stays open. Returns the id it was reported with.</summary>
    public int Remove(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var descriptor = (int)handle.DangerousGetHandle();
        Control(EPOLL_CTL_DEL, descriptor, descriptor, 0, PollEvents.None);
        return descriptor;
    }

    /// <summary>Waits for events, at most <paramref name="milliseconds"/> (-1: without limit); returns how many there are to <see cref="Read(int)"/>.</summary>
    public int Wait(int milliseconds = -1)
    {
        fixed (epoll_event* events = _events)
        {
            var count = epoll_wait(_poll, events, MaxEvents, milliseconds);
            return count >= 0 ? count : LibC.errno == EINTR ? 0 : throw new LinuxException("epoll_wait", LibC.errno, "event loop");
        }
    }

    /// <summary>An event of the last <see cref="Wait"/>.</summary>
    public (int Id, PollEvents Events) Read(int index) => Read(index, out _);

    /// <summary>An event of the last <see cref="Wait"/>, with the socket's serial; 0 for what was added by handle.</summary>
    public (int Id, PollEvents Events) Read(int index, out uint serial)
    {
        ref var item = ref _events[index];
        var id = (int)(uint)item.data.u64;
        if (id == WakeId)
        {
            ulong count;
            _ = read(_wake.Descriptor, &count, sizeof(ulong));
        }

        serial = (uint)(item.data.u64 >> 32);
        return (id, (PollEvents)(uint)item.events);
    }

    /// <summary>Makes the waiting thread return with <see cref="WakeId"/>.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = write(_wake.Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Closes it; the thread must have ended. <see cref="Wake"/> may still be called, for nothing.</summary>
    public void Dispose() => _ = close(_poll);

    private void Control(int operation, int descriptor, int id, uint serial, PollEvents events)
    {
        epoll_event item = default;
        item.events = (int)(uint)events;
        item.data.u64 = ((ulong)serial << 32) | (uint)id;
        if (epoll_ctl(_poll, operation, descriptor, &item) != 0)
        {
            throw new LinuxException("epoll_ctl", LibC.errno, $"descriptor {descriptor}");
        }
    }

    /// <summary>Closed only when nobody can wake any more: its number may be another descriptor's the next moment.</summary>
    private sealed class Waker
    {
        public Waker()
        {
            Descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
            if (Descriptor < 0)
            {
                throw new LinuxException("eventfd", LibC.errno, "event loop");
            }
        }

        ~Waker() => _ = close(Descriptor);

        public int Descriptor { get; }
    }
}
