using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using UwsgiIt.Router.Buffers;

namespace UwsgiIt.Router.Edge;

/// <summary>Shows the meter every received byte once; after a cut there is nothing more to read.</summary>
internal sealed class MeteredReader(PipeReader inner, Http2Meter meter) : PipeReader
{
    private ReadOnlySequence<byte> _last;
    private long _seen;

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        result = Show(result);
        return true;
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Show(await inner.ReadAsync(cancellationToken));

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (meter.IsCut)
        {
            inner.AdvanceTo(_last.End);
            return;
        }

        _seen = _last.Length - _last.Slice(0, consumed).Length;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Show(in ReadResult result)
    {
        _last = result.Buffer;
        meter.Received(result.Buffer.Slice(_seen));
        _seen = 0;
        return meter.IsCut ? new ReadResult(default, isCanceled: false, isCompleted: true) : result;
    }
}
