namespace UwsgiIt.Containerd.Hosting;

/// <summary>
/// Work that callers of a local socket ask for: each caller, known by his uid, has a few threads and a bounded queue of his own, so nobody waits for
/// another's silence or flood. What there is no room for is refused at once.
/// </summary>
internal sealed class CallerQueues(int threads, int waiting, int all, Action<Exception> failed)
{
    private readonly Lock _lock = new();

    // Guarded by _lock, as is what is in it.
    private readonly Dictionary<uint, Caller> _callers = [];
    private int _count;

    /// <summary>False: this caller has too much under way, or all of them together have; root is not held back by others.</summary>
    public bool TryAdd(uint uid, Action work)
    {
        lock (_lock)
        {
            var caller = _callers.TryGetValue(uid, out var known) ? known : new Caller();
            if (caller.Waiting.Count >= waiting || (uid != 0 && _count >= all))
            {
                return false;
            }

            _callers[uid] = caller;
            _count++;
            if (caller.Running >= threads)
            {
                caller.Waiting.Enqueue(work);
                return true;
            }

            caller.Running++;
        }

        // A thread of its own: it waits for the caller, and may take his rights for a while.
        _ = Task.Factory.StartNew(() => Run(uid, work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return true;
    }

    private void Run(uint uid, Action work)
    {
        while (true)
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                // One caller's; the next ones are owed an answer all the same.
                failed(e);
            }

            lock (_lock)
            {
                _count--;
                var caller = _callers[uid];
                if (caller.Waiting.TryDequeue(out var next))
                {
                    work = next;
                    continue;
                }

                if (--caller.Running == 0)
                {
                    _callers.Remove(uid);
                }

                return;
            }
        }
    }

    private sealed class Caller
    {
        public Queue<Action> Waiting { get; } = new();

        public int Running { get; set; }
    }
}
