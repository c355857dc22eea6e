using System.IO.Pipelines;

namespace UwsgiIt.Router.FastRouter;

/// <summary>The next so many bytes of a connection as a request body.</summary>
internal sealed class BodyReader(PipeReader input, long length) : PipeReader
{
    private long _left = length;
    private ReadResult _last;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_left == 0)
        {
            return new ReadResult(default, isCanceled: false, isCompleted: true);
        }

        return Cut(await input.ReadAsync(cancellationToken));
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_left == 0)
        {
            result = new ReadResult(default, isCanceled: false, isCompleted: true);
            return true;
        }

        if (!input.TryRead(out result))
        {
            return false;
        }

        result = Cut(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_left > 0)
        {
            _left -= _last.Buffer.Slice(0, consumed).Length;
            input.AdvanceTo(consumed, examined);
        }
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        // The connection outlives its request.
    }

    private ReadResult Cut(ReadResult read)
    {
        if (read.IsCompleted && read.Buffer.Length < _left)
        {
            throw new BadHttpRequestException("The body ended early.");
        }

        var isWhole = read.Buffer.Length >= _left;
        return _last = new ReadResult(isWhole ? read.Buffer.Slice(0, _left) : read.Buffer, read.IsCanceled, isWhole);
    }
}
