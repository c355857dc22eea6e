using System.Net.Sockets;
using System.Threading.Tasks.Sources;
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

    private sealed class Channel(StreamSocket socket, EventLoop loop) : LoopSocket(socket, loop), IValueTaskSource<int>
    {
        private readonly Sender _sender = new();
        private ManualResetValueTaskSourceCore<int> _source;
        private Memory<byte> _memory;
        private ReadOnlyMemory<byte> _unsent;
        private bool _isConnecting;

        // What the loop has seen, without a system call; what it has not seen yet is a connection that closes as we write to it.
        public bool IsUsable() => !PeerClosed && !HasNews;

        public ValueTask<int> ConnectedAsync()
        {
            _isConnecting = true;
            _sender.Source.Reset();
            return WaitWritable() ? new(_sender, _sender.Source.Version) : new(Socket.TakeError());
        }

        public ValueTask<int> ReceiveAsync(Memory<byte> memory)
        {
            _memory = memory;
            _source.Reset();
            var version = _source.Version;
            return TryReceive(out var count) ? new(count) : new(this, version);
        }

        public ValueTask<int> SendAsync(ReadOnlyMemory<byte> memory)
        {
            _unsent = memory;
            _sender.Source.Reset();
            var version = _sender.Source.Version;
            var count = SendOrWait(memory.Span);
            return count == StreamSocket.WouldBlock ? new(_sender, version) : new(count);
        }

        public int GetResult(short token) => _source.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _source.OnCompleted(continuation, state, token, flags);

        protected override void OnReadable()
        {
            if (TryReceive(out var count))
            {
                _source.SetResult(count);
            }
        }

        protected override void OnWritable()
        {
            if (_isConnecting)
            {
                _isConnecting = false;
                _sender.Source.SetResult(Socket.TakeError());
                return;
            }

            var count = SendOrWait(_unsent.Span);
            if (count != StreamSocket.WouldBlock)
            {
                _sender.Source.SetResult(count);
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

        private sealed class Sender : IValueTaskSource<int>
        {
            public ManualResetValueTaskSourceCore<int> Source;

            public int GetResult(short token) => Source.GetResult(token);

            public ValueTaskSourceStatus GetStatus(short token) => Source.GetStatus(token);

            public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => Source.OnCompleted(continuation, state, token, flags);
        }
    }
}
