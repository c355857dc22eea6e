using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Pipelines.Sockets.Unofficial;

namespace UwsgiIt.Router.Forwarding;

/// <summary>A socket read and written by the loops of Pipelines.Sockets.Unofficial.</summary>
internal sealed class PipeUpstreamConnection : UpstreamConnection
{
    // Ours: what may wait on either side of a slow peer. Large enough to keep a loopback socket busy, small enough for 10,000 of them.
    private const int PauseBytes = 64 * 1024;

    private static readonly PipeOptions Options = new(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false);

    private readonly SocketConnection _socket;

    public PipeUpstreamConnection(Socket socket, Upstream upstream)
        : base(upstream) =>
        _socket = SocketConnection.Create(socket, Options, SocketConnectionOptions.ZeroLengthReads);

    public override void ShutdownSend() => _socket.Output.Complete();

    public override bool IsUsable()
    {
        if (!_socket.Input.TryRead(out var read))
        {
            return _socket.ShutdownKind == PipeShutdownKind.None;
        }

        _socket.Input.AdvanceTo(read.Buffer.Start);
        return false;
    }

    public override async ValueTask<int> ReceiveAsync(Memory<byte> memory)
    {
        try
        {
            while (true)
            {
                var read = await _socket.Input.ReadAsync();
                var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, memory.Length));
                var count = (int)part.Length;
                part.CopyTo(memory.Span);
                _socket.Input.AdvanceTo(part.End);
                if (count > 0)
                {
                    Upstream.AddReceived(count);
                    return count;
                }

                if (read.IsCompleted)
                {
                    // Our own closing ends the pipe like the upstream's does; only the latter is an answer's end.
                    ObjectDisposedException.ThrowIf(IsClosed, this);
                    return 0;
                }
            }
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw Ended(e);
        }
    }

    protected override async ValueTask SendCoreAsync(ReadOnlyMemory<byte> memory)
    {
        FlushResult flushed;
        try
        {
            flushed = await _socket.Output.WriteAsync(memory);
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw Ended(e);
        }

        if (flushed.IsCompleted && !memory.IsEmpty)
        {
            throw new IOException("The upstream stopped reading.");
        }
    }

    protected override void Close() => _socket.Dispose();

    // Whichever side ends the connection, the pipes are completed under whoever is about to use them, which they take for a misuse.
    private static IOException Ended(InvalidOperationException e) => new("The connection to the upstream has ended.", e);
}
