using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>Starts children and tells who is concerned how they ended. Reaps orphans too: pid 1 inherits them.</summary>
internal sealed class Children(EventLoop loop, EmperorLog log)
{
    private static readonly TimeSpan SlowestStart = TimeSpan.FromSeconds(30);

    private readonly Dictionary<int, Action<ChildExit>> _exits = [];

    /// <summary>Children of ours that live, orphans not counted.</summary>
    public int Count => _exits.Count;

    /// <summary>
    /// Starts a child. <paramref name="exited"/> comes always and last; <paramref name="failed"/> before it when the child never became the program.
    /// Returns 0 when there is no process to be had, with nothing called back.
    /// </summary>
    public StartingChild? Start(ChildStart start, Action<ChildExit> exited, Action<ChildFailure>? failed = null)
    {
        StartingChild child;
        try
        {
            child = ChildLauncher.Start(start);
        }
        catch (Exception e) when (e is LinuxException or ArgumentException)
        {
            log.Write($"cannot start {start.Images[0].Path}: {e.Message}");
            return null;
        }

        _exits[child.ProcessId] = exited;
        var hanging = loop.After(SlowestStart, () => ProcessSignals.Send(child.ProcessId, SupervisorSignals.Kill));
        loop.Watch(child.Status, PollEvents.Readable, _ =>
        {
            if (child.TryComplete(out var failure))
            {
                hanging.Cancel();
                loop.Unwatch(child.Status);
                child.Dispose();
                if (failure.Step != ChildStep.None)
                {
                    failed?.Invoke(failure);
                }
            }
        });
        return child;
    }

    /// <summary>Takes every child that has ended.</summary>
    public void Reap()
    {
        while (ChildReaper.TryReap(out var exit))
        {
            if (_exits.Remove(exit.ProcessId, out var exited))
            {
                exited(exit);
            }
        }
    }
}
