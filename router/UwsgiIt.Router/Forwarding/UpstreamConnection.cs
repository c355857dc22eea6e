using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// A connection to an upstream, used by one request at a time: one kind per transport. The only buffer of its own holds a response head,
/// and none is held while idle.
/// </summary>
internal abstract class UpstreamConnection(Upstream upstream) : IDisposable
{
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private long _deadline = long.MaxValue;
    private int _state;

    public Upstream Upstream { get; } = upstream;

    /// <summary>True once it has served a request: an early close may then only mean that it had been idle too long.</summary>
    public bool IsReused { get; set; }

    /// <summary>True when a deadline, not a peer, ended it.</summary>
    public bool TimedOut => Volatile.Read(ref _state) == 2;

    /// <summary>True once it was ended by us.</summary>
    public bool IsClosed => Volatile.Read(ref _state) != 0;

    /// <summary>Which of the upstream's idle pools it belongs to: 0 for no loop, else the loop's index and one.</summary>
    public virtual int Pool => 0;

    /// <summary>Bytes received and not yet consumed.</summary>
    public Span<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>When silence becomes a fault, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        set => Volatile.Write(ref _deadline, Math.Min(value, EndBy));
    }

    /// <summary>The client that takes the response just now, or null: when the deadline passes, it is the client that stalls, and it is cut too.</summary>
    public HttpContext? WaitsFor { get; set; }

    /// <summary>Tells what that client takes; set once it is slow.</summary>
    public IClientProgress? Client { get; set; }

    /// <summary>When the request it serves must be over whatever happens; no <see cref="Deadline"/> goes beyond it.</summary>
    public long EndBy { get; set; } = long.MaxValue;

    /// <summary>What the deadlines have seen of the client; theirs alone.</summary>
    public ClientWait ClientWait;

    /// <summary>Puts a deadline off, unless it is another one by now.</summary>
    public bool TryPostpone(long deadline, long next) => Interlocked.CompareExchange(ref _deadline, Math.Min(next, EndBy), deadline) == deadline;

    /// <summary>Room for more of a head behind what is buffered; empty when it would exceed the limit.</summary>
    public Memory<byte> Room(int limit)
    {
        _buffer ??= ByteBuffers.Rent(ByteBuffers.SmallBytes);
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= limit)
            {
                return default;
            }

            Grow();
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>So many bytes were received into <see cref="Room"/>.</summary>
    public void Added(int count) => _end += count;

    /// <summary>Lets a decoder shrink the bytes that <see cref="Added"/> told of last.</summary>
    public void Shorten(int count) => _end -= count;

    /// <summary>The last <paramref name="count"/> bytes received.</summary>
    public Span<byte> Tail(int count) => _buffer.AsSpan(_end - count, count);

    public void Consume(int count) => _start += count;

    /// <summary>Gives the head's buffer back; what was not consumed is lost.</summary>
    public void ReleaseBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _start = _end = 0;
            ByteBuffers.Return(buffer);
        }
    }

    /// <summary>Receives into the caller's memory; 0 means the upstream closed.</summary>
    /// <exception cref="IOException">The connection failed, or was ended by us.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The same.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> memory);

    /// <summary>Sends all of it; the memory is free again when this completes.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> memory)
    {
        Upstream.AddSent(memory.Length);
        return SendCoreAsync(memory);
    }

    /// <summary>No more bytes from us; the upstream may still answer.</summary>
    public abstract void ShutdownSend();

    /// <summary>False when an idle connection was closed by the upstream or has bytes nobody asked for.</summary>
    public abstract bool IsUsable();

    /// <summary>Ends whatever waits on it, from any thread.</summary>
    public void Abort(bool timedOut = false)
    {
        if (TryEnd(timedOut ? 2 : 1))
        {
            Close();
        }
    }

    public virtual void Dispose()
    {
        Abort();
        ReleaseBuffer();
    }

    /// <summary>Has no later <see cref="Abort"/> do anything: nobody waits, and what is closed next needs no farewell.</summary>
    protected void End() => TryEnd(1);

    /// <summary>As <see cref="SendAsync"/>, with the exceptions of <see cref="ReceiveAsync"/>.</summary>
    protected abstract ValueTask SendCoreAsync(ReadOnlyMemory<byte> memory);

    /// <summary>Ends the connection and whatever waits on it; called once, from any thread.</summary>
    protected abstract void Close();

    private bool TryEnd(int state) => Interlocked.CompareExchange(ref _state, state, 0) == 0;

    private void Grow()
    {
        var larger = ByteBuffers.Rent(_buffer!.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ByteBuffers.Return(_buffer);
        _buffer = larger;
    }
}
