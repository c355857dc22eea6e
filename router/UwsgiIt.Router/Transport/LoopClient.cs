using System.IO.Pipelines;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>A client's socket as the duplex pipe that Kestrel reads and writes.</summary>
internal sealed class LoopClient : LoopSocket, IDuplexPipe
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

    public int TryReceive(Span<byte> buffer) => Receive(buffer);

    public int TrySend(ReadOnlySpan<byte> buffer) => SendOrWait(buffer);

    public bool TryReleaseReader() => ReleaseReader();

    public bool TryReleaseWriter() => ReleaseWriter();

    /// <summary>The client is gone or was sent away: Kestrel is to know, once.</summary>
    public void Gone() => _onGone();

    protected override void OnReadable() => _reader.Continue();

    protected override void OnWritable() => _writer.Continue();

    protected override void OnPeerGone() => Gone();
}
