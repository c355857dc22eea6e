using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using UwsgiIt.Linux;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Tls;

namespace UwsgiIt.Router.Transport;

/// <summary>Reads a client's socket straight into pooled buffers. What nobody asks for stays in the kernel, and an idle client holds no buffer.</summary>
internal sealed class LoopReader(LoopClient client) : PipeReader
{
    // Ours: request heads are far smaller; uploads double it up to the larger one.
    private const int SmallBytes = ByteBuffers.SmallBytes;
    private const int LargeBytes = 64 * 1024;

    private const int Econnreset = -104;

    private readonly LoopSource<ReadResult> _source = new(client.Loop);
    private LoopSegment? _head;
    private LoopSegment? _tail;
    private int _nextBytes = SmallBytes;
    private bool _isExamined = true;
    private bool _isEnded;
    private Exception? _error;
    private bool _isCompleted;
    private int _cancel;

    public override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        var canceled = Interlocked.Exchange(ref _cancel, 0) != 0;
        if (!canceled && _isExamined && !_isEnded)
        {
            result = default;
            return false;
        }

        result = Result(canceled);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return ReadAsyncWith(cancellationToken);
        }

        if (TryRead(out var result))
        {
            return new(result);
        }

        var wait = _source.Begin();
        if (Fill())
        {
            return new(Result(canceled: false));
        }

        if (Volatile.Read(ref _cancel) != 0)
        {
            EndWait();
        }

        return wait;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_head is null)
        {
            return;
        }

        _isExamined = examined.GetObject() == _tail && examined.GetInteger() == _tail!.End;
        var segment = (LoopSegment?)consumed.GetObject();
        while (segment is not null && _head != segment)
        {
            var next = _head.Following!;
            _head.Return();
            _head = next;
        }

        _head.Start = consumed.GetInteger();
        if (_head == _tail && _head.Start == _head.End)
        {
            _head.Return();
            _head = _tail = null;
            _isExamined = true;
        }
    }

    public override void CancelPendingRead()
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
        while (_head is { } segment)
        {
            _head = segment.Following;
            segment.Return();
        }

        _tail = null;
    }

    /// <summary>True when something was received that was not consumed. For whoever takes the socket over.</summary>
    public bool HasBuffered => _head is not null;

    /// <summary>Moves out what was received and not consumed: a count, 0 when that was all.</summary>
    public int TakeBuffered(Span<byte> buffer)
    {
        if (_head is not { } head)
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, head.End - head.Start);
        head.Array.AsSpan(head.Start, count).CopyTo(buffer);
        AdvanceTo(new SequencePosition(head, head.Start + count), new SequencePosition(_tail, _tail!.End));
        return count;
    }

    /// <summary>Run by the loop when the wait is over.</summary>
    public void Continue()
    {
        if (Fill())
        {
            Finish(canceled: false);
        }
        else if (Volatile.Read(ref _cancel) != 0)
        {
            EndWait();
        }
    }

    private async ValueTask<ReadResult> ReadAsyncWith(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var registration = cancellationToken.UnsafeRegister(static state => ((LoopReader)state!).CancelPendingRead(), this);
        var result = await ReadAsync(CancellationToken.None);
        if (result.IsCanceled)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return result;
    }

    /// <summary>True with something to report, false once it waits for <see cref="Continue"/>.</summary>
    private bool Fill()
    {
        while (client.TryBeginReceive())
        {
            var target = _tail is { Room: >= 512 } tail ? tail : LoopSegment.Rent(_nextBytes);
            var count = client.TryReceive(target.Array.AsSpan(target.End));
            if (count > 0)
            {
                Append(target, count);
                return true;
            }

            if (target != _tail)
            {
                target.Return();
            }

            if (count != StreamSocket.WouldBlock)
            {
                End(count);
                return true;
            }
        }

        return false;
    }

    private void Append(LoopSegment target, int count)
    {
        _nextBytes = count == target.Room ? LargeBytes : SmallBytes;
        target.End += count;
        if (target != _tail)
        {
            _tail?.Append(target);
            _tail = target;
            _head ??= target;
        }

        _isExamined = false;
    }

    private void End(int count)
    {
        _isEnded = true;
        _error = client.AbortReason is { } reason ? new ConnectionAbortedException(reason.Message)
            : count == TlsSession.BrokenProtocol ? new IOException("The client broke the TLS protocol.")
            : count == Econnreset ? new ConnectionResetException("The client reset the connection.")
            : count < 0 ? new IOException($"The client's connection failed (errno {-count}).")
            : null;
        client.Gone();
    }

    private ReadResult Result(bool canceled)
    {
        if (_error is not null && _head is null)
        {
            throw _error;
        }

        var buffer = _head is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_head, _head.Start, _tail!, _tail!.End);
        return new ReadResult(buffer, canceled, _isEnded);
    }

    /// <summary>Ends a wait by a cancellation; the continuation runs on the loop.</summary>
    private void EndWait()
    {
        if (client.TryReleaseReader())
        {
            client.Loop.Schedule(static state => ((LoopReader)state!).Finish(canceled: true), this);
        }
    }

    private void Finish(bool canceled)
    {
        if (canceled)
        {
            Volatile.Write(ref _cancel, 0);
        }

        if (_error is not null && _head is null)
        {
            _source.SetException(_error);
        }
        else
        {
            _source.SetResult(Result(canceled));
        }
    }
}
