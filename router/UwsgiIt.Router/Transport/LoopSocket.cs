using System.Net.Sockets;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>
/// A socket on a loop. One reader and one writer at a time wait for it, on any thread; what they wait for is run by the loop. Readability is
/// watched edge-triggered from the start, writability from the first time that a send did not fit.
/// </summary>
internal abstract class LoopSocket : IPollHandler, IDisposable
{
    private const PollEvents Always = PollEvents.Readable | PollEvents.PeerClosed | PollEvents.EdgeTriggered;

    // Ours: receives in a row before other sockets of the loop get their turn.
    private const int MaxTurns = 32;

    private readonly RingSocket? _ring;
    private ReadySignal _readable;
    private ReadySignal _writable;
    private bool _watchesWritable;
    private int _turns;
    private int _disposed;

    protected LoopSocket(StreamSocket socket, EventLoop loop)
    {
        Socket = socket;
        Loop = loop;
        _ring = loop.Ring is { } ring ? new RingSocket(ring, this, socket) : null;
    }

    public EventLoop Loop { get; }

    public uint Serial => Socket.Serial;

    protected StreamSocket Socket { get; }

    protected bool PeerClosed { get; private set; }

    /// <summary>True when something can be received that nobody waits for.</summary>
    protected bool HasNews => _readable.IsSet;

    public bool TryGetProgress(out TcpProgress progress) => Socket.TryGetProgress(out progress);

    /// <summary>Begins to watch for bytes, but for <paramref name="isConnecting"/>: then they wait for the first read.</summary>
    public void Watch(bool isConnecting = false)
    {
        if (_ring is null)
        {
            Loop.Watch(Socket, this, Always);
            return;
        }

        EventLoop.Register(Socket, this);
        if (!isConnecting)
        {
            Arm();
        }
    }

    public void OnEvents(PollEvents events)
    {
        _turns = 0;
        if ((events & (PollEvents.PeerClosed | PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            PeerClosed = true;
        }

        if ((events & (PollEvents.Writable | PollEvents.HangUp | PollEvents.Error)) != 0 && _writable.Set())
        {
            OnWritable();
        }

        if ((events & ~PollEvents.Writable) != 0)
        {
            if (_readable.Set())
            {
                OnReadable();
            }
            else if (PeerClosed && IsDrained())
            {
                OnPeerGone();
            }
        }
    }

    public void OnReceived(in RingCompletion completion)
    {
        _turns = 0;
        _ring!.OnReceived(completion);
        PeerClosed |= _ring.HasEnded;
        if (_readable.Set())
        {
            OnReadable();
        }
        else if (IsDrained() && PeerClosed)
        {
            // Asked in this order: TLS takes a goodbye out, and only then the end behind it is received.
            OnPeerGone();
        }
    }

    public void OnSent()
    {
        if (Volatile.Read(ref _disposed) == 0 && _writable.Set())
        {
            OnWritable();
        }
    }

    public virtual void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            EventLoop.Forget(Socket);
            if (_ring is null)
            {
                Socket.Dispose();
            }
            else
            {
                OnLoop(static socket =>
                {
                    if (socket._ring!.Close())
                    {
                        socket.Socket.Shutdown(SocketShutdown.Both);
                    }

                    socket.Socket.Dispose();
                });
            }
        }
    }

    /// <summary>Run by the loop when the reader's wait is over.</summary>
    protected abstract void OnReadable();

    /// <summary>Run by the loop when the writer's wait is over.</summary>
    protected abstract void OnWritable();

    /// <summary>The peer has ended its side and nothing is left to read, while nobody reads.</summary>
    protected virtual void OnPeerGone()
    {
    }

    /// <summary>True when nothing is left to read. Asked on the loop while nobody reads.</summary>
    protected virtual bool IsDrained() => !HasBytes;

    /// <summary>True when the socket has bytes that nobody has read.</summary>
    protected bool HasBytes => _ring?.HasBytes == true || Socket.Available() > 0;

    /// <summary>Has the end behind bytes that nobody reads be received, where they are none for a reader: TLS takes a goodbye out. By the reader, on the loop.</summary>
    protected void LookBehind()
    {
        if (_ring is { HasMore: true, HasEnded: false })
        {
            IsDrained();
        }
    }

    /// <summary>Has the next <see cref="MayReceive"/> find something. By the reader, on the loop.</summary>
    protected void SetNews() => _readable.Set();

    /// <summary>
    /// True when it is worth to <see cref="Receive"/>; false once the reader waits for <see cref="OnReadable"/>, after which the reader's state
    /// is the loop's. Off the loop it always waits, which brings the reader back to its loop.
    /// </summary>
    protected bool MayReceive()
    {
        if (EventLoop.Current == Loop && ++_turns <= MaxTurns)
        {
            if (_readable.TryTake() || !_readable.TryWait())
            {
                return true;
            }

            _ring?.Arm();
            return false;
        }

        var mayBeReady = false;
        while (!_readable.TryWait())
        {
            mayBeReady |= _readable.TryTake();
        }

        if (_ring is not null)
        {
            Arm();
        }

        if (mayBeReady)
        {
            Loop.Schedule(static state => ((LoopSocket)state!).WakeReader(), this);
        }

        return false;
    }

    /// <summary>Receives once: a count, 0 at the end, <see cref="StreamSocket.WouldBlock"/>, or another negated errno.</summary>
    protected int Receive(Span<byte> buffer)
    {
        var count = _ring is null ? Socket.Receive(buffer) : _ring.Receive(buffer);

        // Less than asked for empties a stream socket (epoll(7)); the end of it may still be behind.
        if (_ring is not null ? _ring.HasMore : count == buffer.Length || (PeerClosed && count >= 0))
        {
            _readable.Set();
        }

        return count;
    }

    /// <summary>Sends what fits; <see cref="StreamSocket.WouldBlock"/> once the writer waits for <see cref="OnWritable"/>.</summary>
    protected int SendOrWait(ReadOnlySpan<byte> buffer)
    {
        while (true)
        {
            var count = Send(buffer);
            if (count != StreamSocket.WouldBlock)
            {
                return count;
            }

            if (WaitWritable())
            {
                return StreamSocket.WouldBlock;
            }
        }
    }

    /// <summary>Sends once.</summary>
    protected virtual int Send(ReadOnlySpan<byte> buffer) => _ring is null ? Socket.Send(buffer) : _ring.Send(buffer);

    /// <summary>Begins to wait for room; false when there may be some by now.</summary>
    protected bool WaitWritable()
    {
        if (_watchesWritable || _ring?.IsSending == true)
        {
            return !_writable.TryTake() && _writable.TryWait();
        }

        // The change reports the present state too, so room that came meanwhile is not missed.
        _watchesWritable = true;
        _writable.TryTake();
        var waits = _writable.TryWait();
        if (_ring is null)
        {
            Loop.Change(Socket, Always | PollEvents.Writable);
        }
        else
        {
            Loop.Watch(Socket, this, PollEvents.Writable | PollEvents.EdgeTriggered);
        }

        return waits;
    }

    /// <summary>Has the reader's wait end; false when nobody waits.</summary>
    protected bool ReleaseReader() => _readable.TryRelease();

    /// <summary>Has the writer's wait end; false when nobody waits.</summary>
    protected bool ReleaseWriter() => _writable.TryRelease();

    /// <summary>Ends one direction or both, after what was sent.</summary>
    public void Shutdown(SocketShutdown how)
    {
        if (_ring?.IsSending != true)
        {
            Socket.Shutdown(how);
        }
        else if (EventLoop.Current == Loop)
        {
            _ring.Flush();
            Socket.Shutdown(how);
        }
        else
        {
            Loop.Schedule(_ => Shutdown(how), null);
        }
    }

    /// <summary>Ends it without a word; what is queued is dropped.</summary>
    public void Reset() => Socket.Reset();

    private void Arm() => OnLoop(static socket => socket._ring!.Arm());

    private void OnLoop(Action<LoopSocket> action)
    {
        if (EventLoop.Current == Loop)
        {
            action(this);
        }
        else
        {
            Loop.Schedule(static state => ((ValueTuple<LoopSocket, Action<LoopSocket>>)state!).Item2(((ValueTuple<LoopSocket, Action<LoopSocket>>)state).Item1), (this, action));
        }
    }

    private void WakeReader()
    {
        _turns = 0;
        if (_readable.Set())
        {
            OnReadable();
        }
    }
}
