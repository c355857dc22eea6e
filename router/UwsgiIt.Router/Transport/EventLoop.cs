using System.Collections.Concurrent;
using System.IO.Pipelines;
using UwsgiIt.Linux;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Transport;

/// <summary>What an event loop calls when a socket's state changed. Events may be spurious.</summary>
internal interface IPollHandler
{
    /// <summary>Of the socket watched: events of another with the same number are none of its.</summary>
    uint Serial { get; }

    void OnEvents(PollEvents events);
}

/// <summary>
/// One thread that waits for sockets and runs what follows from them, from the client's bytes to the upstream and back, without a thread
/// hop. Nothing that runs on it may block.
/// </summary>
internal sealed partial class EventLoop : PipeScheduler, IDisposable
{
    // Shared by all loops and indexed by socket id: chunks never move, so a reader needs no lock.
    private const int ChunkBits = 12;
    private static readonly IPollHandler?[]?[] Handlers = new IPollHandler?[1 << 12][];

    [ThreadStatic]
    private static EventLoop? _current;

    private readonly EventPoll _poll = new();
    private readonly bool _wantsRing;
    private readonly TaskCompletionSource<LoopRing?> _started = new();
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> _work = new();
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _awake = 1;
    private int _clients;

    public EventLoop(int index, bool ring, ILogger logger)
    {
        Index = index;
        _wantsRing = ring;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = $"loop {index}" };
        _thread.Start();
        Ring = _started.Task.GetAwaiter().GetResult();
    }

    /// <summary>The loop that runs the calling thread, or null.</summary>
    public static EventLoop? Current => _current;

    public int Index { get; }

    /// <summary>Its io_uring, or null where it runs on epoll alone.</summary>
    public LoopRing? Ring { get; private set; }

    /// <summary>Clients that it serves or is about to.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>To be awaited: what follows runs on this loop.</summary>
    public LoopEntry Enter() => new(this);

    public void CountClient(int change) => Interlocked.Add(ref _clients, change);

    public void Watch(StreamSocket socket, IPollHandler handler, PollEvents events)
    {
        Register(socket, handler);
        _poll.Add(socket, events);
    }

    /// <summary>Who handles a socket's events, or null when it is not watched any more.</summary>
    public static IPollHandler? Find(int id, uint serial) =>
        Handlers[id >> ChunkBits]?[id & ((1 << ChunkBits) - 1)] is { } handler && handler.Serial == serial ? handler : null;

    /// <summary>Has a socket's events come to its handler, without asking epoll for any.</summary>
    public static void Register(StreamSocket socket, IPollHandler handler)
    {
        ref var chunk = ref Handlers[socket.Id >> ChunkBits];
        if (Volatile.Read(ref chunk) is null)
        {
            Interlocked.CompareExchange(ref chunk, new IPollHandler?[1 << ChunkBits], null);
        }

        Volatile.Write(ref chunk![socket.Id & ((1 << ChunkBits) - 1)], handler);
    }

    public void Change(StreamSocket socket, PollEvents events) => _poll.Change(socket, events);

    /// <summary>To be called before the socket is closed.</summary>
    public static void Forget(StreamSocket socket) => Volatile.Write(ref Handlers[socket.Id >> ChunkBits]![socket.Id & ((1 << ChunkBits) - 1)], null);

    public override void Schedule(Action<object?> action, object? state)
    {
        _work.Enqueue((action, state));
        if (_current != this && Interlocked.Exchange(ref _awake, 1) == 0)
        {
            _poll.Wake();
        }
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
        _current = this;
        Ring = _wantsRing ? TryMakeRing() : null;
        _started.SetResult(Ring);
        var count = 0;
        while (!_stopping)
        {
            // From here on whoever enqueues wakes us; what was enqueued before is seen by the look at the queue.
            Interlocked.Exchange(ref _awake, 0);
            var isIdle = _work.IsEmpty;
            if (!isIdle)
            {
                Interlocked.Exchange(ref _awake, 1);
            }

            // Work that enqueues itself again lets sockets have their turn.
            count = Ring is null ? _poll.Wait(isIdle ? -1 : 0) : Ring.Turn(isIdle && count < EventPoll.MaxEvents) || count == EventPoll.MaxEvents ? _poll.Wait(0) : 0;
            Interlocked.Exchange(ref _awake, 1);
            for (var i = 0; i < count; i++)
            {
                var (id, events) = _poll.Read(i, out var serial);
                if (id >= 0 && Find(id, serial) is { } handler)
                {
                    Notify(handler, events);
                }
            }

            RunWork();
        }

        Ring?.Dispose();
    }

    private LoopRing? TryMakeRing()
    {
        try
        {
            return new LoopRing(_poll);
        }
        catch (LinuxException e)
        {
            Log.NoRing(_logger, Index, e.Message);
            return null;
        }
    }

    private void RunWork()
    {
        // Only what is there now: work that enqueues itself again must let sockets have their turn.
        for (var left = _work.Count; left > 0 && _work.TryDequeue(out var item); left--)
        {
            try
            {
                item.Action(item.State);
            }
            catch (Exception e)
            {
                // One connection's fault must not end the loop of all the others.
                Log.Failed(_logger, Index, e);
            }
        }
    }

    private void Notify(IPollHandler handler, PollEvents events)
    {
        try
        {
            handler.OnEvents(events);
        }
        catch (Exception e)
        {
            // As in RunWork.
            Log.Failed(_logger, Index, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.NoRing, LogLevel.Warning, "Event loop {Index} runs on epoll: {Problem}")]
        public static partial void NoRing(ILogger logger, int index, string problem);

        [LoggerMessage(RouterEventIds.LoopFault, LogLevel.Error, "Event loop {Index}: a handler failed.")]
        public static partial void Failed(ILogger logger, int index, Exception exception);
    }
}
