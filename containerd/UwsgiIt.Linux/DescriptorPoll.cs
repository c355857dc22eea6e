using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>epoll(7) over descriptors that each become readable, with a number of the caller's for each. One thread waits, any may add.</summary>
public sealed unsafe class DescriptorPoll : IDisposable
{
    private const long WakeId = -1;
    private const int MaxEvents = 64;

    private readonly SafeFileHandle _poll;
    private readonly SafeFileHandle _wake;

    /// <summary>Throws <see cref="LinuxException"/> when the kernel has no descriptors left.</summary>
    public DescriptorPoll()
    {
        _poll = Take(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        _wake = Take(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
        Add(_wake, WakeId);
    }

    /// <summary>Watches a descriptor; <paramref name="priority"/> asks for exceptional conditions (EPOLLPRI) as well, as kernel files raise them.</summary>
    public void Add(SafeFileHandle handle, long id, bool priority = false)
    {
        ArgumentNullException.ThrowIfNull(handle);
        epoll_event item = default;
        item.events = priority ? EPOLLPRI | EPOLLERR : EPOLLIN;
        item.data.u64 = (ulong)id;
        if (epoll_ctl((int)_poll.DangerousGetHandle(), EPOLL_CTL_ADD, (int)handle.DangerousGetHandle(), &item) != 0)
        {
            throw new LinuxException("epoll_ctl", LibC.errno, $"descriptor {handle.DangerousGetHandle()}");
        }
    }

    /// <summary>Stops watching it.</summary>
    public void Remove(SafeFileHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _ = epoll_ctl((int)_poll.DangerousGetHandle(), EPOLL_CTL_DEL, (int)handle.DangerousGetHandle(), null);
    }

    /// <summary>Waits, -1 milliseconds being without limit; the numbers of what is readable, none after <see cref="Wake"/> or that time.</summary>
    public long[] Wait(int milliseconds = -1)
    {
        var events = stackalloc epoll_event[MaxEvents];
        var count = epoll_wait((int)_poll.DangerousGetHandle(), events, MaxEvents, milliseconds);
        if (count < 0)
        {
            return LibC.errno == EINTR ? [] : throw new LinuxException("epoll_wait", LibC.errno, "descriptors");
        }

        var ids = new List<long>(count);
        for (var i = 0; i < count; i++)
        {
            var id = (long)events[i].data.u64;
            if (id == WakeId)
            {
                ulong value;
                _ = read((int)_wake.DangerousGetHandle(), &value, sizeof(ulong));
            }
            else
            {
                ids.Add(id);
            }
        }

        return [.. ids];
    }

    /// <summary>Makes the waiting thread return.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = write((int)_wake.DangerousGetHandle(), &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _poll.Dispose();
        _wake.Dispose();
    }

    private static SafeFileHandle Take(int descriptor, string call) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new LinuxException(call, LibC.errno, "descriptors");
}
