using System.IO.Pipelines;
using System.Net.Sockets;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>A client's socket as the duplex pipe that Kestrel reads and writes, in plain or, after <see cref="HandshakeAsync"/>, through TLS.</summary>
internal sealed partial class LoopClient : LoopSocket, IDuplexPipe
{
    private readonly LoopReader _reader;
    private readonly LoopWriter _writer;
    private readonly Action _onGone;

    public LoopClient(StreamSocket socket, EventLoop loop, Action onGone)
        : base(socket, loop)
    {
        _reader = new LoopReader(this);
        _writer = new LoopWriter(this);
        _onGone = onGone;
    }

    public PipeReader Input => _reader;

    public PipeWriter Output => _writer;

    /// <summary>Why it was ended from our side, or null.</summary>
    public Exception? AbortReason { get; set; }

    public bool TryBeginReceive() => MayReceive();

    public int TryReceive(Span<byte> buffer) => _tls is null ? Receive(buffer) : ReceiveTls(buffer);

    public int TrySend(ReadOnlySpan<byte> buffer) => SendOrWait(buffer);

    public bool TryReleaseReader() => ReleaseReader();

    public bool TryReleaseWriter() => ReleaseWriter();

    /// <summary>The client is gone or was sent away: Kestrel is to know, once.</summary>
    public void Gone() => _onGone();

    /// <summary>Ends it. A client that was not sent away is told that this is the whole.</summary>
    public override void Dispose()
    {
        if (AbortReason is null)
        {
            _tls?.SendClose();
        }

        Shutdown(SocketShutdown.Both);
        base.Dispose();
        _tls?.Dispose();
    }

    protected override int Send(ReadOnlySpan<byte> buffer) => _tls is null ? base.Send(buffer) : _tls.Write(buffer);

    protected override bool IsDrained() => _tls is null || _handshake is not null ? base.IsDrained() : _tls.IsAtEnd();

    protected override void OnReadable()
    {
        if (_handshake is null)
        {
            _reader.Continue();
        }
        else
        {
            _handshake.SetResult(true);
        }
    }

    protected override void OnWritable()
    {
        if (_handshake is null)
        {
            _writer.Continue();
        }
        else
        {
            _handshake.SetResult(true);
        }
    }

    protected override void OnPeerGone() => Gone();
}
