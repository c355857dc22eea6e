using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>
/// A loop's io_uring: receives, and small sends, go to the kernel together when the loop waits. Everything else stays with the loop's epoll,
/// which the ring watches. On the loop's thread only.
/// </summary>
internal sealed unsafe class LoopRing : IDisposable
{
    /// <summary>Largest send through the ring, in bytes: request and response heads. Larger ones are not worth the copy.</summary>
    public const int SendBytes = 4 * 1024;

    // Ours: sends under way at once; whoever finds none free sends by itself.
    private const int Slots = 512;

    // A tag: what it is, then a socket's id and serial, or a slot's number.
    private const int KindShift = 56;
    private const ulong PollTag = 0;
    private const ulong ReceiveKind = 1;
    private const ulong SendKind = 2;

    private readonly IoRing _ring = new();
    private readonly EventPoll _poll;
    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(Slots * SendBytes, pinned: true);
    private readonly RingSocket?[] _senders = new RingSocket?[Slots];
    private readonly int[] _free = [.. Enumerable.Range(0, Slots)];
    private int _freeCount = Slots;

    /// <summary>Throws <see cref="LinuxException"/> where there can be none.</summary>
    public LoopRing(EventPoll poll)
    {
        _poll = poll;
        _ring.Poll(poll.Descriptor, PollTag);
    }

    /// <summary>Gives the kernel what is queued; with <paramref name="wait"/> until something happened. True when the epoll has events.</summary>
    public bool Turn(bool wait)
    {
        _ring.Enter(wait);
        var hasEvents = false;
        for (var left = _ring.Count; left > 0 && _ring.TryTake(out var completion); left--)
        {
            switch (completion.Tag >> KindShift)
            {
                case ReceiveKind:
                    Received(completion);
                    break;
                case SendKind:
                    Sent((int)(uint)completion.Tag, completion.Result);
                    break;
                default:
                    hasEvents = true;
                    if (!completion.GoesOn)
                    {
                        _ring.Poll(_poll.Descriptor, PollTag);
                    }

                    break;
            }
        }

        return hasEvents;
    }

    /// <summary>Queues a receive, whose end is <see cref="LoopSocket.OnReceived"/>. Returns its position.</summary>
    public uint Receive(StreamSocket socket)
    {
        _ring.Receive(socket, (ReceiveKind << KindShift) | ((ulong)socket.Id << 32) | socket.Serial);
        return _ring.Position - 1;
    }

    /// <summary>True while the kernel does not know of it.</summary>
    public bool IsQueued(uint position) => _ring.IsQueued(position);

    public ReadOnlySpan<byte> Received(int buffer) => _ring.Buffer(buffer);

    public void GiveBack(int buffer) => _ring.GiveBack(buffer);

    /// <summary>Queues a send of a copy; false when no slot is free. Its end is <see cref="RingSocket.OnSent"/>.</summary>
    public bool TrySend(RingSocket sender, StreamSocket socket, ReadOnlySpan<byte> bytes, out int slot, out uint position)
    {
        if (_freeCount == 0)
        {
            (slot, position) = (-1, 0);
            return false;
        }

        slot = _free[--_freeCount];
        _senders[slot] = sender;
        var memory = _memory.AsSpan(slot * SendBytes, SendBytes);
        bytes.CopyTo(memory);
        fixed (byte* pinned = memory)
        {
            _ring.Send(socket, pinned, bytes.Length, (SendKind << KindShift) | (uint)slot);
        }

        position = _ring.Position - 1;
        return true;
    }

    /// <summary>Adds to a send that is still queued; false when it is not, or there is no room.</summary>
    public bool TryAppend(int slot, uint position, int length, ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > SendBytes || !_ring.IsQueued(position))
        {
            return false;
        }

        bytes.CopyTo(_memory.AsSpan((slot * SendBytes) + length));
        _ring.Lengthen(position, length + bytes.Length);
        return true;
    }

    /// <summary>Has the kernel begin what is queued.</summary>
    public void Flush() => _ring.Enter(wait: false);

    public void Dispose() => _ring.Dispose();

    private void Received(in RingCompletion completion)
    {
        if (EventLoop.Find((int)((completion.Tag >> 32) & 0xFFFFFF), (uint)completion.Tag) is LoopSocket socket)
        {
            socket.OnReceived(completion);
        }
        else if (completion.Buffer >= 0)
        {
            // It was closed meanwhile.
            _ring.GiveBack(completion.Buffer);
        }
    }

    private void Sent(int slot, int result)
    {
        var sender = _senders[slot]!;
        _senders[slot] = null;
        _free[_freeCount++] = slot;
        sender.OnSent(result);
    }
}
