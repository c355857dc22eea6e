using System.Runtime.InteropServices;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Supervision;

/// <summary>One thread, one epoll, timers. All of the Emperor runs in its callbacks; nothing in it may block.</summary>
internal sealed class EventLoop : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly EventPoll _poll = new();
    private readonly Dictionary<int, Action<PollEvents>> _watched = [];
    private readonly PriorityQueue<LoopTimer, long> _timers = new();
    private readonly TimeProvider _time;
    private bool _isStopped;

    public EventLoop(TimeProvider time) => _time = time;

    /// <summary>Calls back whenever the descriptor is ready, until <see cref="Unwatch"/>.</summary>
    public void Watch(SafeHandle handle, PollEvents events, Action<PollEvents> ready) => _watched[_poll.Add(handle, events)] = ready;

    public void Change(SafeHandle handle, PollEvents events) => _poll.Change(handle, events);

    /// <summary>Call before the handle is disposed: its number may come again at once.</summary>
    public void Unwatch(SafeHandle handle) => _watched.Remove(_poll.Remove(handle));

    /// <summary>Calls back once, after this time.</summary>
    public LoopTimer After(TimeSpan delay, Action due)
    {
        var timer = new LoopTimer(due);
        _timers.Enqueue(timer, _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency));
        return timer;
    }

    public void Stop() => _isStopped = true;

    public void Run()
    {
        while (!_isStopped)
        {
            var count = _poll.Wait(RunTimers());
            for (var i = 0; i < count && !_isStopped; i++)
            {
                // A callback before this one may have ended the watch.
                var (id, events) = _poll.Read(i);
                if (_watched.TryGetValue(id, out var ready))
                {
                    ready(events);
                }
            }
        }
    }

    public void Dispose() => _poll.Dispose();

    /// <summary>Runs what is due; returns the milliseconds until the next.</summary>
    private int RunTimers()
    {
        while (!_isStopped && _timers.TryPeek(out var timer, out var due))
        {
            var left = due - _time.GetTimestamp();
            if (left > 0 && !timer.IsCancelled)
            {
                return (int)Math.Min(LongestWait.TotalMilliseconds, Math.Ceiling(left * 1000.0 / _time.TimestampFrequency));
            }

            _timers.Dequeue();
            timer.Fire();
        }

        return _isStopped ? 0 : (int)LongestWait.TotalMilliseconds;
    }
}
