using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>One thing of a group that the kernel tells about: a file that poll(2) watches, or an eventfd of version 1.</summary>
internal sealed class EventSource : IDisposable
{
    private readonly KernelFile? _file;
    private readonly EventDescriptor? _event;

    private EventSource(KernelFile? file, EventDescriptor? @event) => (_file, _event) = (file, @event);

    public SafeFileHandle Handle => _file?.Handle ?? _event!.Handle;

    /// <summary>True for a kernel file, which raises EPOLLPRI.</summary>
    public bool IsFile => _file is not null;

    /// <summary>memory.events or pids.events: something was counted since it was last read.</summary>
    public static EventSource OfFile(CgroupDirectory group, string name)
    {
        var source = new EventSource(new KernelFile($"{group.Path}/{name}"), null);
        source.Reset();
        return source;
    }

    /// <summary>cgroup version 1: a file of which the kernel tells through an eventfd, with a threshold where it wants one.</summary>
    public static EventSource OfControl(CgroupDirectory group, string name, string? threshold = null)
    {
        var @event = new EventDescriptor();
        try
        {
            // The kernel looks at the file as it reads the line, not afterwards.
            using var file = File.OpenHandle($"{group.Path}/{name}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            group.Write("cgroup.event_control", @event.ControlLine(file, threshold));
            return new EventSource(null, @event);
        }
        catch
        {
            @event.Dispose();
            throw;
        }
    }

    /// <summary>From now on only what is new.</summary>
    public void Reset()
    {
        _ = _file?.Number();
        _event?.Reset();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _event?.Dispose();
    }
}
