using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using UwsgiIt.Linux;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Transport;

/// <summary>A listening socket that all loops watch; whichever wakes accepts, and keeps the client unless it has more than its share.</summary>
internal sealed partial class LoopListener : IConnectionListener, IPollHandler
{
    private const int Econnaborted = 103;

    // Ours: how long to wait before accepting again when the process is out of descriptors.
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _unbindRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _bound;
    private readonly StreamSocket _socket;
    private readonly EventLoops _loops;
    private readonly MemoryPool<byte> _pool;
    private readonly ILogger _logger;
    private readonly LoopCarrier _carrier;
    private readonly bool _isTcp;
    private int _carrierTaken;
    private int _unbound;

    public LoopListener(Socket bound, EndPoint endPoint, EventLoops loops, MemoryPool<byte> pool, ILogger logger)
    {
        _bound = bound;
        _loops = loops;
        _pool = pool;
        _logger = logger;
        _isTcp = bound.AddressFamily != AddressFamily.Unix;
        EndPoint = endPoint;
        _socket = StreamSocket.Duplicate(bound.Handle);
        _carrier = new LoopCarrier(endPoint, loops.All, Watch, logger);
    }

    public EndPoint EndPoint { get; }

    public uint Serial => _socket.Serial;

    public void OnEvents(PollEvents events)
    {
        while (Volatile.Read(ref _unbound) == 0)
        {
            var socket = _socket.Accept(out var errno);
            if (socket is not null)
            {
                Begin(socket);
            }
            else if (errno == -StreamSocket.WouldBlock)
            {
                return;
            }
            else if (errno != Econnaborted)
            {
                Log.AcceptFailed(_logger, EndPoint, errno);
                _ = RetryAsync();
                return;
            }
        }
    }

    /// <summary>The carrier, and no other.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _carrierTaken, 1) == 0)
        {
            return _carrier;
        }

        await _unbindRequested.Task.WaitAsync(cancellationToken);
        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _unbound, 1) == 0)
        {
            EventLoop.Forget(_socket);
            _socket.Dispose();
            _bound.Dispose();
            _unbindRequested.TrySetResult();
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _carrier.Close();
    }

    /// <summary>Not before the carrier runs: until then clients wait in the kernel.</summary>
    private void Watch()
    {
        foreach (var loop in _loops.All)
        {
            loop.Watch(_socket, this, PollEvents.Readable | PollEvents.Exclusive | PollEvents.EdgeTriggered);
        }
    }

    private void Begin(StreamSocket socket)
    {
        if (_isTcp)
        {
            socket.SetNoDelay();
        }

        var loop = _loops.Pick();
        loop.CountClient(1);
        var client = new LoopConnection(socket, loop, _pool, _carrier);
        if (loop == EventLoop.Current)
        {
            _carrier.Begin(client);
        }
        else
        {
            loop.Schedule(_ => _carrier.Begin(client), null);
        }
    }

    private async Task RetryAsync()
    {
        await Task.Delay(AcceptRetry);
        _loops.Pick().Schedule(static state => ((LoopListener)state!).OnEvents(PollEvents.Readable), this);
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AcceptFailed, LogLevel.Warning, "{EndPoint}: a connection could not be accepted (errno {Errno}); trying again.")]
        public static partial void AcceptFailed(ILogger logger, EndPoint endPoint, int errno);
    }
}
