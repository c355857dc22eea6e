using System.IO.Pipelines;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>Writes to a client's socket from pooled buffers. A flush ends when the kernel has taken all, so a slow client holds its writer back.</summary>
internal sealed class LoopWriter(LoopClient client) : PipeWriter
{
    private readonly LoopSource<FlushResult> _source = new(client.Loop);
    private LoopSegment? _head;
    private LoopSegment? _tail;
    private long _unflushed;
    private bool _isBroken;
    private bool _isCompleted;
    private bool _isPending;
    private int _cancel;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        var tail = Room(sizeHint);
        return tail.Array.AsMemory(tail.End);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        var tail = Room(sizeHint);
        return tail.Array.AsSpan(tail.End);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_tail?.Room ?? 0), nameof(bytes));
        if (_tail is not null)
        {
            _tail.End += bytes;
        }

        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return FlushAsyncWith(cancellationToken);
        }

        if (Interlocked.Exchange(ref _cancel, 0) != 0)
        {
            return new(new FlushResult(isCanceled: true, isCompleted: _isBroken));
        }

        var wait = _source.Begin();
        _isPending = true;
        if (Drain())
        {
            _isPending = false;
            return new(new FlushResult(isCanceled: false, isCompleted: _isBroken));
        }

        if (Volatile.Read(ref _cancel) != 0)
        {
            EndWait();
        }

        return wait;
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _cancel, 1);
        EndWait();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        _isCompleted = true;
        if (!_isPending)
        {
            Release();
        }
        else if (client.TryReleaseWriter())
        {
            client.Loop.Schedule(static state => ((LoopWriter)state!).Finish(canceled: true), this);
        }
    }

    /// <summary>Run by the loop when the wait is over.</summary>
    public void Continue()
    {
        if (_isCompleted || Drain())
        {
            Finish(canceled: false);
        }
        else if (Volatile.Read(ref _cancel) != 0)
        {
            EndWait();
        }
    }

    private async ValueTask<FlushResult> FlushAsyncWith(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var registration = cancellationToken.UnsafeRegister(static state => ((LoopWriter)state!).CancelPendingFlush(), this);
        var result = await FlushAsync(CancellationToken.None);
        if (result.IsCanceled)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return result;
    }

    private LoopSegment Room(int sizeHint)
    {
        if (_tail is null || _tail.Room < Math.Max(sizeHint, 1))
        {
            var next = LoopSegment.Rent(sizeHint);
            _tail?.Append(next);
            _tail = next;
            _head ??= next;
        }

        return _tail;
    }

    /// <summary>True when all is sent or nothing more can be; false once it waits for <see cref="Continue"/>.</summary>
    private bool Drain()
    {
        while (!_isBroken && _head is { } head)
        {
            while (head.Start < head.End)
            {
                var count = client.TrySend(head.Array.AsSpan(head.Start, head.End - head.Start));
                if (count == StreamSocket.WouldBlock)
                {
                    return false;
                }

                if (count < 0)
                {
                    _isBroken = true;
                    client.Gone();
                    break;
                }

                head.Start += count;
                _unflushed -= count;
            }

            if (!_isBroken)
            {
                _head = head.Following;
                head.Return();
            }
        }

        Release();
        return _isBroken || client.TryFlush();
    }

    private void Release()
    {
        while (_head is { } segment)
        {
            _head = segment.Following;
            segment.Return();
        }

        _tail = null;
        _unflushed = 0;
    }

    /// <summary>Ends a wait by a cancellation; the continuation runs on the loop.</summary>
    private void EndWait()
    {
        if (client.TryReleaseWriter())
        {
            client.Loop.Schedule(static state => ((LoopWriter)state!).Finish(canceled: true), this);
        }
    }

    private void Finish(bool canceled)
    {
        _isPending = false;
        if (canceled)
        {
            Volatile.Write(ref _cancel, 0);
        }

        if (_isCompleted)
        {
            Release();
        }

        _source.SetResult(new FlushResult(canceled && !_isCompleted, _isBroken || _isCompleted));
    }
}
