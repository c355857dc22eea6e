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
        _channel = new Channel(socket, loop, this);
        _channel.Watch(isConnecting: true);
    }

    public override int Pool => _channel.Loop.Index + 1;

    /// <summary>Waits for the end of a connect: 0 or an errno.</summary>
    public ValueTask<int> ConnectedAsync() => _channel.ConnectedAsync();

    public override void ShutdownSend() => _channel.Shutdown(SocketShutdown.Send);

    public override bool IsUsable() => _channel.IsUsable();

    public override void Dispose()
    {
        End();
        base.Dispose();
        _channel.Dispose();
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> memory) => _channel.ReceiveAsync(memory);

    protected override ValueTask SendCoreAsync(ReadOnlyMemory<byte> memory)
    {
        var sending = _channel.SendAsync(memory);
        if (!sending.IsCompletedSuccessfully)
        {
            return SendRestAsync(sending, memory);
        }

        var count = sending.Result;
        return count == memory.Length ? ValueTask.CompletedTask : SendRestAsync(new(count), memory);
    }

    private async ValueTask SendRestAsync(ValueTask<int> sending, ReadOnlyMemory<byte> memory)
    {
        while (true)
        {
            var count = await sending;
            memory = count >= 0 ? memory[count..] : throw new SocketException(-count);
            if (memory.IsEmpty)
            {
                return;
            }

            sending = _channel.SendAsync(memory);
        }
    }

    // Only ends what waits: the descriptor is closed by Dispose, when nobody can be inside a call any more.
    protected override void Close() => _channel.Shutdown(SocketShutdown.Both);

    private sealed class Channel(StreamSocket socket, EventLoop loop, LoopUpstreamConnection owner) : LoopSocket(socket, loop)
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
            return !TryReceive(out var count) ? wait
                : IsFault(count) ? ValueTask.FromException<int>(Fault(count))
                : new(count);
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
            if (!TryReceive(out var count))
            {
                return;
            }

            if (IsFault(count))
            {
                _received.SetException(Fault(count));
            }
            else
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
                if (count > 0)
                {
                    owner.Upstream.AddReceived(count);
                }

                if (count != StreamSocket.WouldBlock)
                {
                    return true;
                }
            }

            count = 0;
            return false;
        }

        // Our own closing ends the stream like the upstream's does; only the latter is an answer's end.
        private bool IsFault(int count) => count < 0 || (count == 0 && owner.IsClosed);

        private SocketException Fault(int count) => new(owner.IsClosed ? (int)SocketError.OperationAborted : -count);
    }
}
