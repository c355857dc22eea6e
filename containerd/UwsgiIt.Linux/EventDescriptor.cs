using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>eventfd(2): a counter that the kernel, or another thread, adds to and that is readable while it is not zero.</summary>
public sealed unsafe class EventDescriptor : IDisposable
{
    /// <summary>Throws <see cref="LinuxException"/> when the kernel has no descriptors left.</summary>
    public EventDescriptor()
    {
        var descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        Handle = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new LinuxException("eventfd", LibC.errno, "event");
    }

    /// <summary>For epoll; readable when something happened since <see cref="Reset"/>.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>The line that cgroup.event_control of cgroup version 1 takes: this counter, the file that is watched, and what else that file wants.</summary>
    public string ControlLine(SafeFileHandle watched, string? rest = null)
    {
        ArgumentNullException.ThrowIfNull(watched);
        return string.Create(CultureInfo.InvariantCulture, $"{Handle.DangerousGetHandle()} {watched.DangerousGetHandle()}{(rest is null ? "" : " " + rest)}");
    }

    /// <summary>Back to zero.</summary>
    public void Reset()
    {
        ulong count;
        _ = read((int)Handle.DangerousGetHandle(), &count, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
