using System.Buffers;
using System.Net.Sockets;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// A connection to an upstream, used by one request at a time. Reads go straight into the caller's memory; the only buffer of its own
/// holds a response head, and none is held while idle.
/// </summary>
internal sealed class UpstreamConnection(Socket socket, Upstream upstream) : IDisposable
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

    /// <summary>Bytes received and not yet consumed.</summary>
    public Span<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>When silence becomes a fault, in <see cref="Environment.TickCount64"/> milliseconds.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        set => Volatile.Write(ref _deadline, value);
    }

    /// <summary>Receives more of a head behind what is buffered. 0 means the upstream closed; -1 that the head would exceed the limit.</summary>
    public async ValueTask<int> FillAsync(int limit)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(4096);
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= limit)
            {
                return -1;
            }

            Grow();
        }

        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        Upstream.AddReceived(count);
        _end += count;
        return count;
    }

    /// <summary>Lets a decoder shrink the bytes that <see cref="FillAsync"/> added last.</summary>
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
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Receives into the caller's memory; 0 means the upstream closed.</summary>
    public async ValueTask<int> ReceiveAsync(Memory<byte> memory)
    {
        var count = await socket.ReceiveAsync(memory, SocketFlags.None);
        Upstream.AddReceived(count);
        return count;
    }

    /// <summary>Sends all of it.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> memory)
    {
        Upstream.AddSent(memory.Length);
        while (memory.Length > 0)
        {
            memory = memory[await socket.SendAsync(memory, SocketFlags.None)..];
        }
    }

    /// <summary>No more bytes from us; the upstream may still answer.</summary>
    public void ShutdownSend()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The upstream closed first; the reading side will see it.
        }
        catch (ObjectDisposedException)
        {
            // Aborted meanwhile.
        }
    }

    /// <summary>False when an idle connection was closed by the upstream or has bytes nobody asked for.</summary>
    public bool IsUsable()
    {
        try
        {
            return !socket.Poll(0, SelectMode.SelectRead);
        }
        catch (SocketException)
        {
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Ends whatever waits on it, from any thread.</summary>
    public void Abort(bool timedOut = false)
    {
        if (Interlocked.CompareExchange(ref _state, timedOut ? 2 : 1, 0) == 0)
        {
            socket.Dispose();
        }
    }

    public void Dispose()
    {
        Abort();
        ReleaseBuffer();
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer!.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
