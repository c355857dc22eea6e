using System.Net.Sockets;
using UwsgiIt.Linux;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Transport;

/// <summary>An upstream's socket on the loop of the request that opened it.</summary>
internal sealed class LoopUpstreamConnection : UpstreamConnection
{
    private readonly Channel _channel;

    public LoopUpstreamConnection(StreamSocket socket, EventLoop loop, Upstream upstream)
        : base(upstream)
    {
        _channel = new Channel(socket, loop);
        _channel.Watch();
    }

    public override int Pool => _channel.Loop.Index + 1;

    /// <summary>Waits for the end of a connect: 0 or an errno.</summary>
    public ValueTask<int> ConnectedAsync() => _channel.ConnectedAsync();

    public override void ShutdownSend() => _channel.Shutdown(SocketShutdown.Send);

    public override bool IsUsable() => _channel.IsUsable();

    public override void Dispose()
    {
        base.Dispose();
        _channel.Dispose();
    }

    protected override async ValueTask<int> ReceiveCoreAsync(Memory<byte> memory)
    {
        var count = await _channel.ReceiveAsync(memory);
        return count > 0 || (count == 0 && !IsClosed) ? count : throw new SocketException(IsClosed ? (int)SocketError.OperationAborted : -count);
    }

    protected override async ValueTask SendCoreAsync(ReadOnlyMemory<byte> memory)
    {
        while (memory.Length > 0)
        {
            var count = await _channel.SendAsync(memory);
            memory = count >= 0 ? memory[count..] : throw new SocketException(-count);
        }
    }

    // Only ends what waits: the descriptor is closed by Dispose, when nobody can be inside a call any more.
    protected override void Close() => _channel.Shutdown(SocketShutdown.Both);

    private sealed class Channel(StreamSocket socket, EventLoop loop) : LoopSocket(socket, loop)
    {
        private readonly LoopSource<int> _received = new(loop);
        private readonly LoopSource<int> _sent = new(loop);
        private Memory<byte> _memory;
        private ReadOnlyMemory<byte> _unsent;
        private bool _isConnecting;

        // What the loop has seen, without a system call; what it has not seen yet is a connection that closes as we write to it.
        public bool IsUsable() => !PeerClosed && !HasNews;

        public ValueTask<int> ConnectedAsync()
        {
            _isConnecting = true;
            var wait = _sent.Begin();
            return WaitWritable() ? wait : new(Socket.TakeError());
        }

        public ValueTask<int> ReceiveAsync(Memory<byte> memory)
        {
            _memory = memory;
            var wait = _received.Begin();
            return TryReceive(out var count) ? new(count) : wait;
        }

        public ValueTask<int> SendAsync(ReadOnlyMemory<byte> memory)
        {
            _unsent = memory;
            var wait = _sent.Begin();
            var count = SendOrWait(memory.Span);
            return count == StreamSocket.WouldBlock ? wait : new(count);
        }

        protected override void OnReadable()
        {
            if (TryReceive(out var count))
            {
                _received.SetResult(count);
            }
        }

        protected override void OnWritable()
        {
            if (_isConnecting)
            {
                _isConnecting = false;
                _sent.SetResult(Socket.TakeError());
                return;
            }

            var count = SendOrWait(_unsent.Span);
            if (count != StreamSocket.WouldBlock)
            {
                _sent.SetResult(count);
            }
        }

        private bool TryReceive(out int count)
        {
            while (MayReceive())
            {
                count = Receive(_memory.Span);
                if (count != StreamSocket.WouldBlock)
                {
                    return true;
                }
            }

            count = 0;
            return false;
        }
    }
}
