using System.Collections.Concurrent;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Containers;

/// <summary>Tells when processes end: one thread waits on all their descriptors.</summary>
internal sealed class ExitWatcher : IDisposable
{
    private readonly DescriptorPoll _poll = new();
    private readonly ConcurrentDictionary<long, (Pidfd Process, TaskCompletionSource<int?> Exit)> _watched = new();
    private readonly Thread _thread;
    private long _next;
    private volatile bool _stopping;

    public ExitWatcher()
    {
        _thread = new Thread(Run) { Name = "exits", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Completes when the process has ended, with its exit code where it was our child, reaped then; null where it was not.</summary>
    public Task<int?> Watch(Pidfd process)
    {
        var id = Interlocked.Increment(ref _next);
        var exit = new TaskCompletionSource<int?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _watched[id] = (process, exit);
        _poll.Add(process.Handle, id);
        return exit.Task;
    }

    public void Dispose()
    {
        _stopping = true;
        _poll.Wake();
        _thread.Join();
        _poll.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            foreach (var id in _poll.Wait())
            {
                if (_watched.TryRemove(id, out var watched))
                {
                    _poll.Remove(watched.Process.Handle);
                    watched.Exit.SetResult(watched.Process.TryReap());
                }
            }
        }
    }
}
