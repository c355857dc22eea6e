using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using UwsgiIt.Linux;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Transport;

/// <summary>A listening socket that all loops watch; whichever wakes accepts, and connections go to the loops in turn.</summary>
internal sealed partial class LoopListener : IConnectionListener, IPollHandler
{
    private const int Econnaborted = 103;

    // Ours: how long to wait before accepting again when the process is out of descriptors.
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);

    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly Socket _bound;
    private readonly StreamSocket _socket;
    private readonly EventLoops _loops;
    private readonly MemoryPool<byte> _pool;
    private readonly ILogger _logger;
    private readonly bool _isTcp;
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
        foreach (var loop in loops.All)
        {
            loop.Watch(_socket, this, PollEvents.Readable | PollEvents.Exclusive | PollEvents.EdgeTriggered);
        }
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

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _unbound, 1) == 0)
        {
            EventLoop.Forget(_socket);
            _socket.Dispose();
            _bound.Dispose();
            _accepted.Writer.TryComplete();
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (_accepted.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync();
        }
    }

    private void Begin(StreamSocket socket)
    {
        if (_isTcp)
        {
            socket.SetNoDelay();
        }

        // Watched before anybody has it: who takes it may have closed it by the time that the write returns.
        var connection = new LoopConnection(socket, _loops.Next(), _pool);
        connection.Start();
        if (!_accepted.Writer.TryWrite(connection))
        {
            _ = connection.DisposeAsync().AsTask();
        }
    }

    private async Task RetryAsync()
    {
        await Task.Delay(AcceptRetry);
        _loops.Next().Schedule(static state => ((LoopListener)state!).OnEvents(PollEvents.Readable), this);
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AcceptFailed, LogLevel.Warning, "{EndPoint}: a connection could not be accepted (errno {Errno}); trying again.")]
        public static partial void AcceptFailed(ILogger logger, EndPoint endPoint, int errno);
    }
}
