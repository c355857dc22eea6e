using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>
/// A socket's part of its loop's ring. One receive is under way whenever nothing received is left, so that the end of the peer is seen though
/// nobody reads; an idle connection holds no buffer. On the loop only, but for <see cref="IsSending"/>.
/// </summary>
internal sealed class RingSocket(LoopRing ring, LoopSocket owner, StreamSocket socket)
{
    private int _buffer = -1;
    private int _start;
    private int _end;
    private int _result = StreamSocket.WouldBlock; // what the last receive ended the stream with, or this
    private bool _isArmed;
    private uint _armed;
    private bool _isBulk;
    private int _slot;
    private uint _position;
    private int _length;
    private int _sendResult;
    private volatile bool _isSending;

    /// <summary>A send is under way; its end is an event of writability.</summary>
    public bool IsSending => _isSending;

    /// <summary>The next <see cref="Receive"/> finds something, or asks the kernel.</summary>
    public bool HasMore => _buffer >= 0 || _isBulk || _result != StreamSocket.WouldBlock;

    /// <summary>The peer has ended its side, or the connection failed.</summary>
    public bool HasEnded => _result != StreamSocket.WouldBlock;

    /// <summary>Bytes were received that nobody has taken.</summary>
    public bool HasBytes => _buffer >= 0;

    /// <summary>Has one receive under way, unless there is something to take first.</summary>
    public void Arm()
    {
        if (!_isArmed && !HasMore)
        {
            _isArmed = true;
            _armed = ring.Receive(socket);
        }
    }

    /// <summary>As <see cref="StreamSocket.Receive"/>.</summary>
    public int Receive(Span<byte> target)
    {
        if (_buffer >= 0)
        {
            return Take(target);
        }

        if (_result != StreamSocket.WouldBlock)
        {
            return _result;
        }

        if (!_isBulk)
        {
            Arm();
            return StreamSocket.WouldBlock;
        }

        // There was more than a buffer holds: a large body, which goes straight to where it is wanted.
        var count = socket.Receive(target);
        _isBulk = count == target.Length && IsMoreThere;
        if (count > 0 || count == StreamSocket.WouldBlock)
        {
            Arm();
        }
        else
        {
            _result = count;
        }

        return count;
    }

    /// <summary>As <see cref="StreamSocket.Send"/>; <see cref="StreamSocket.WouldBlock"/> also while one is under way.</summary>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        if (_isSending)
        {
            if (EventLoop.Current != owner.Loop || !ring.TryAppend(_slot, _position, _length, bytes))
            {
                return StreamSocket.WouldBlock;
            }

            _length += bytes.Length;
            return bytes.Length;
        }

        if (_sendResult < 0)
        {
            return _sendResult;
        }

        if (bytes.Length is 0 or > LoopRing.SendBytes || EventLoop.Current != owner.Loop || !ring.TrySend(this, socket, bytes, out _slot, out _position))
        {
            return socket.Send(bytes);
        }

        _length = bytes.Length;
        _isSending = true;
        return bytes.Length;
    }

    public void OnReceived(in RingCompletion completion)
    {
        const int Enobufs = -105;
        _isArmed = false;
        _isBulk = completion.IsSocketNotEmpty;
        if (completion.Buffer >= 0 && completion.Result > 0)
        {
            (_buffer, _start, _end) = (completion.Buffer, 0, completion.Result);
        }
        else if (completion.Result == Enobufs)
        {
            // All buffers are taken by slow readers: this one receives by itself.
            _isBulk = true;
        }
        else
        {
            _result = completion.Result;
        }
    }

    public void OnSent(int result)
    {
        _isSending = false;
        if (result < _length)
        {
            const int Epipe = -32;
            _sendResult = result < 0 ? result : Epipe;
        }

        owner.OnSent();
    }

    /// <summary>Has what was sent so far go before what is done to the socket next.</summary>
    public void Flush()
    {
        if (_isSending)
        {
            ring.Flush();
        }
    }

    /// <summary>
    /// Gives up what nobody took. To be called before the socket is closed: what is queued for its number must not meet the next one that gets it.
    /// True when something is under way, which holds the socket open until it is shut down.
    /// </summary>
    public bool Close()
    {
        if (_isSending || (_isArmed && ring.IsQueued(_armed)))
        {
            ring.Flush();
        }

        if (_buffer >= 0)
        {
            ring.GiveBack(_buffer);
            _buffer = -1;
        }

        return _isArmed || _isSending;
    }

    private int Take(Span<byte> target)
    {
        var count = Math.Min(target.Length, _end - _start);
        ring.Received(_buffer).Slice(_start, count).CopyTo(target);
        _start += count;
        if (_start == _end)
        {
            ring.GiveBack(_buffer);
            _buffer = -1;
            _isBulk = _isBulk && IsMoreThere;
            Arm();
        }

        return count;
    }

    // Without bytes to wait for the reader a receive has to be under way, or the end of the peer would not be seen.
    private bool IsMoreThere => socket.Available() > 0;
}
