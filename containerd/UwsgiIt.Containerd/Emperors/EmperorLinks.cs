using System.Collections.Concurrent;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Launch;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Emperors;

/// <summary>
/// The daemon's ends of the lines to all pid 1s: one thread hears what vassals do and gives limits of their own to those that ask. A pid 1 is the
/// host's program, but its words come from beside a customer: every message is bounded, and names are only shown or checked.
/// </summary>
internal sealed class EmperorLinks(CgroupHierarchy cgroups, ContainerLauncher launcher, EventLog events, AlarmSpool alarms, KernelEvents kernel) : IHostedService, IDisposable
{
    private const int MaxVassals = 1000;
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CrashLoopFrequency = TimeSpan.FromMinutes(5);

    private readonly DescriptorPoll _poll = new();
    private readonly ConcurrentDictionary<uint, EmperorLink> _links = new();
    private Thread? _thread;
    private volatile bool _stopping;

    /// <summary>Connects to the pid 1 of a container that has just started or was adopted; one that does not answer has no states to show.</summary>
    public void Connect(uint uid)
    {
        Disconnect(uid);
        try
        {
            var socket = PacketSocket.Connect(launcher.ControlPath(uid));
            socket.SetTimeout(SendTime);
            var link = new EmperorLink(socket);
            _links[uid] = link;
            _poll.Add(socket.Handle, uid);
        }
        catch (LinuxException e)
        {
            events.Add(uid, "emperor", e.Message);
        }
    }

    public void Disconnect(uint uid)
    {
        if (_links.TryRemove(uid, out var link))
        {
            _poll.Remove(link.Socket.Handle);
            link.Socket.Dispose();
        }
    }

    /// <summary>Says something on the open terminals of a container, if its pid 1 takes it.</summary>
    public void Broadcast(uint uid, string text)
    {
        try
        {
            _links.GetValueOrDefault(uid)?.Socket.Send(new EmperorMessage { Type = "broadcast", Text = text }.Write());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Terminals are the least of an alarm's ways.
        }
    }

    /// <summary>Vassals of a container and their states.</summary>
    public IReadOnlyDictionary<string, string> VassalsOf(uint uid) => _links.GetValueOrDefault(uid)?.Vassals ?? (IReadOnlyDictionary<string, string>)new Dictionary<string, string>();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { Name = "emperors", IsBackground = true };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _poll.Wake();
        _thread?.Join();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var uid in _links.Keys)
        {
            Disconnect(uid);
        }

        _poll.Dispose();
    }

    private void Run()
    {
        var buffer = new byte[EmperorMessage.MaxBytes];
        while (!_stopping)
        {
            foreach (var id in _poll.Wait())
            {
                var uid = (uint)id;
                try
                {
                    if (_links.GetValueOrDefault(uid) is { } link && !TryHear(uid, link, buffer))
                    {
                        Disconnect(uid);
                    }
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    // It ended, or its line was closed, as we listened.
                    Disconnect(uid);
                }
            }
        }
    }

    private bool TryHear(uint uid, EmperorLink link, byte[] buffer)
    {
        var descriptors = new List<Microsoft.Win32.SafeHandles.SafeFileHandle>();
        var length = link.Socket.Receive(buffer, descriptors);
        descriptors.ForEach(static descriptor => descriptor.Dispose());
        if (length <= 0)
        {
            return length < 0;
        }

        if (EmperorMessage.TryRead(buffer.AsSpan(0, length)) is { } message)
        {
            Understand(uid, link, message);
        }

        return true;
    }

    private void Understand(uint uid, EmperorLink link, EmperorMessage message)
    {
        switch (message)
        {
            case { Type: "vassal", Name: { } name, State: "gone" }:
                link.Vassals.TryRemove(name, out _);
                break;
            case { Type: "vassal", Name: { } name, State: { } state } when link.Vassals.Count < MaxVassals || link.Vassals.ContainsKey(name):
                link.Vassals[name] = state;
                break;
            case { Type: "crash-loop", Name: { } name }:
                if (alarms.Raise(uid, "crash loop " + name, $"container {uid}: {name} is in a crash loop, {message.Attempts} attempts", CrashLoopFrequency))
                {
                    events.Add(uid, "alarm", $"{name} is in a crash loop");
                    Broadcast(uid, $"{name} is in a crash loop");
                }

                break;
            case { Type: "place", Name: { } name, Pid: { } pid, Request: { } request }:
                var fault = VassalGroups.TryPlace(cgroups.Of(uid), name, pid, message.Memory, message.CpuWeight, group => kernel.BeginBelow(uid, group));
                link.Socket.Send(new EmperorMessage { Type = "placed", Name = name, Request = request, Fault = fault }.Write());
                break;
        }
    }
}
