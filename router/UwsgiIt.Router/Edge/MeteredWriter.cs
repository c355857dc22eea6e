using System.IO.Pipelines;

namespace UwsgiIt.Router.Edge;

/// <summary>Shows the meter every byte that is sent.</summary>
internal sealed class MeteredWriter(PipeWriter inner, Http2Meter meter) : PipeWriter
{
    private Memory<byte> _handedOut;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _handedOut = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        meter.Sent(_handedOut.Span[..bytes]);
        _handedOut = _handedOut[bytes..];
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
