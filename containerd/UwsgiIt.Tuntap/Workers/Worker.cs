using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Diagnostics;
using UwsgiIt.Tuntap.Frames;
using UwsgiIt.Tuntap.Routing;
using UwsgiIt.Tuntap.Tunnel;

namespace UwsgiIt.Tuntap.Workers;

/// <summary>
/// One thread that moves packets: it owns one queue of every device, reads from those that have something and writes each frame, unchanged, to its
/// own queue of the receiver. Nothing else touches these queues, so there is no lock, and nothing is allocated.
/// </summary>
internal sealed partial class Worker : IDisposable
{
    /// <summary>
    /// Bytes taken from one device before the others have their turn. Ours, measured: with four of the largest segments a stream's acknowledgements,
    /// which come by the other device, wait less, and its sender more rarely for them.
    /// </summary>
    private const int Budget = 4 * 65_536;

    /// <summary>The least that a frame takes of the <see cref="Budget"/>, in bytes: 64 small packets use it up.</summary>
    private const int LeastBytes = 4_096;

    private readonly EventPoll _poll = new();
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Dictionary<int, Port> _ports = [];
    private readonly List<Port> _paused = [];
    private readonly byte[] _buffer = GC.AllocateArray<byte>(TunQueue.MaxFrameBytes, pinned: true);
    private readonly TuntapRouter _router;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly long _busyPoll;
    private TunnelScratch? _scratch;
    private long _patience;
    private int _tunnelId = EventPoll.WakeId;
    private volatile bool _stopping;

    public Worker(int index, TuntapRouter router, TimeSpan busyPoll, ILogger logger)
    {
        _busyPoll = (long)(busyPoll.TotalSeconds * Stopwatch.Frequency);
        Index = index;
        _router = router;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = $"worker {index}" };
    }

    public int Index { get; }

    public void Start() => _thread.Start();

    /// <summary>Gives the worker its queue of a peer's device, in place of the one before. From any thread.</summary>
    public void Attach(Peer peer, TunQueue queue) => Post(() => Open(peer, queue));

    /// <summary>Closes the worker's queue of a peer. From any thread; packets already decided for it are dropped.</summary>
    public void Detach(Peer peer) => Post(() => Close(peer));

    public void Dispose()
    {
        _stopping = true;
        _poll.Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        foreach (var port in _ports.Values)
        {
            port.Queue.Dispose();
        }

        _poll.Dispose();
    }

    /// <summary>Puts the tunnel's setup in force, and begins to receive by its socket. From any thread.</summary>
    public void SetTunnel(TunnelSetup setup) => Post(() =>
    {
        _router.Tunnel.SetUp(setup);
        if (_tunnelId == EventPoll.WakeId)
        {
            _tunnelId = _poll.Add(setup.Socket.Handle, PollEvents.Readable);
        }
    });

    /// <summary>Runs something on the worker's thread. From any thread.</summary>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        _poll.Wake();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                RunOnce();
            }
            catch (Exception e)
            {
                // One packet's fault, which is ours, must not end the network of every container.
                Log.Failed(_logger, Index, e);
            }
        }
    }

    private void RunOnce()
    {
        var count = Wait();
        var now = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var (id, _) = _poll.Read(i);
            if (id == EventPoll.WakeId)
            {
                RunCommands();
            }
            else if (id == _tunnelId)
            {
                ServeTunnel(now);
            }
            else if (_ports.TryGetValue(id, out var port))
            {
                Serve(port, now);
            }
        }

        if (_paused.Count > 0)
        {
            Resume(now);
        }
    }

    // The next packet often follows at once, and to sleep and be woken costs both sides more than to look. How long we look follows what it brought:
    // a sleep that was short makes it longer, up to the bound, one that was long makes it shorter, down to nothing.
    private int Wait()
    {
        var start = Stopwatch.GetTimestamp();
        for (var until = start + _patience; _patience > 0 && start < until; start = Stopwatch.GetTimestamp())
        {
            if (_poll.Wait(0) is > 0 and var some)
            {
                return some;
            }
        }

        var count = _poll.Wait(_paused.Count > 0 ? 1 : -1);
        _patience = Stopwatch.GetTimestamp() - start < _busyPoll ? Math.Min(_busyPoll, Math.Max(2 * _patience, _busyPoll / 8))
            : _patience > _busyPoll / 8 ? _patience / 2 : 0;
        return count;
    }

    private void Serve(Port port, long now)
    {
        for (var left = Budget; left > 0;)
        {
            if (port.Peer.OutLimit.Wait(now) > 0)
            {
                // What is above the limit waits in the container's own device, which makes its senders wait.
                Pause(port);
                return;
            }

            var length = port.Queue.Read(_buffer);
            if (length < VirtioHeader.Bytes)
            {
                if (length != TunQueue.WouldBlock)
                {
                    Lose(port, length);
                }

                return;
            }

            Forward(port.Peer, _buffer.AsSpan(0, length), now);
            left -= Math.Max(length, LeastBytes);
        }
    }

    private void ServeTunnel(long now)
    {
        Span<byte> address = stackalloc byte[UdpSocket.MaxAddressBytes];
        var frame = (_scratch ??= new TunnelScratch()).Packet.AsSpan();
        for (var left = Budget / LeastBytes; left > 0; left--)
        {
            var length = _router.Tunnel.Socket!.Receive(_buffer, address, out var addressLength);
            if (length < 0)
            {
                return;
            }

            if (_router.Tunnel.TryReceive(_buffer.AsSpan(0, length), address[..addressLength], now, frame[VirtioHeader.Bytes..], out length, out var peer))
            {
                // Nothing is left to do to it: checksums are in it, and it is one packet.
                frame[..VirtioHeader.Bytes].Clear();
                Accept(peer!.EndPoint, frame[..(VirtioHeader.Bytes + length)], now);
            }
        }
    }

    private void Accept(IPEndPoint router, ReadOnlySpan<byte> frame, long now)
    {
        var packet = frame[VirtioHeader.Bytes..];
        var cause = FrameReader.Read(packet, out var facts);
        var verdict = cause == DropCause.None ? PacketJudge.FromTunnel(_router.Table, router, facts, packet, now) : new Verdict(cause);
        if (verdict.Cause == DropCause.None)
        {
            Deliver(verdict.Receiver!, frame, 1, now);
        }
        else
        {
            (verdict.Receiver ?? _router.Gateway).Counters[Index].Drops[(int)verdict.Cause]++;
        }
    }

    private void Forward(Peer sender, Span<byte> frame, long now)
    {
        var packet = frame[VirtioHeader.Bytes..];
        var packets = VirtioHeader.Packets(frame);
        var counters = sender.Counters[Index];
        counters.BytesFrom += packet.Length;
        counters.PacketsFrom += packets;

        var cause = FrameReader.Read(packet, out var facts);
        if (cause != DropCause.None)
        {
            counters.Drops[(int)cause] += packets;
            return;
        }

        var table = _router.Table;
        var verdict = sender.IsGateway
            ? PacketJudge.FromGateway(table, facts, packet, now)
            : PacketJudge.FromContainer(sender, table, facts, packet, now);
        if (verdict.Cause != DropCause.None)
        {
            (verdict.Receiver?.Counters[Index] ?? counters).Drops[(int)verdict.Cause] += packets;
            return;
        }

        sender.OutLimit.Take(packet.Length, now);
        if (verdict.Receiver is { } receiver)
        {
            Deliver(receiver, frame, packets, now);
        }
        else if (verdict.Router is { } router && _router.Tunnel.Send(router, frame, facts, sender.Firewall!.Policy.AllowFragments, _scratch ??= new TunnelScratch(), now) is var lost and not DropCause.None)
        {
            counters.Drops[(int)lost] += packets;
            if (lost == DropCause.TooBig && TooBigAnswer.IsWanted(packet, facts))
            {
                var plan = table.Host.Plan;
                var answer = _scratch.Packet.AsSpan();
                Deliver(sender, answer[..TooBigAnswer.Write(packet, facts, _router.Tunnel.PacketBytes, facts.IsV6 ? plan.Gateway6 : plan.Gateway4, answer)], 1, now);
            }
        }
    }

    private void Deliver(Peer receiver, ReadOnlySpan<byte> frame, int packets, long now)
    {
        var counters = receiver.Counters[Index];
        if (!receiver.InLimit.TryTake(frame.Length - VirtioHeader.Bytes, now))
        {
            counters.Drops[(int)DropCause.Bandwidth] += packets;
        }
        else if (receiver.Queues[Index] is { } queue && queue.Write(frame) >= 0)
        {
            counters.BytesTo += frame.Length - VirtioHeader.Bytes;
            counters.PacketsTo += packets;
        }
        else
        {
            counters.Drops[(int)DropCause.Refused] += packets;
        }
    }

    private void Pause(Port port)
    {
        _poll.Change(port.Queue.Handle, PollEvents.None);
        _paused.Add(port);
    }

    private void Resume(long now)
    {
        for (var i = _paused.Count - 1; i >= 0; i--)
        {
            if (_paused[i].Peer.OutLimit.Wait(now) == 0)
            {
                _poll.Change(_paused[i].Queue.Handle, PollEvents.Readable);
                _paused.RemoveAt(i);
            }
        }
    }

    private void RunCommands()
    {
        while (_commands.TryDequeue(out var command))
        {
            command();
        }
    }

    private void Open(Peer peer, TunQueue queue)
    {
        Close(peer);
        _ports[_poll.Add(queue.Handle, PollEvents.Readable)] = new Port(peer, queue);
        peer.Queues[Index] = queue;
    }

    private void Close(Peer peer)
    {
        if (peer.Queues[Index] is { } queue)
        {
            peer.Queues[Index] = null;
            _ports.Remove(_poll.Remove(queue.Handle));
            _paused.RemoveAll(port => port.Queue == queue);
            queue.Dispose();
        }
    }

    private void Lose(Port port, int error)
    {
        Log.DeviceLost(_logger, port.Peer.Uid, -error);
        Close(port.Peer);
    }

    private sealed record Port(Peer Peer, TunQueue Queue);

    private static partial class Log
    {
        [LoggerMessage(TuntapEventIds.WorkerFault, LogLevel.Error, "Worker {Index}: a packet or command failed.")]
        public static partial void Failed(ILogger logger, int index, Exception exception);

        [LoggerMessage(TuntapEventIds.DeviceLost, LogLevel.Warning, "The device of {Uid} has gone (errno {Errno}).")]
        public static partial void DeviceLost(ILogger logger, int uid, int errno);
    }
}
