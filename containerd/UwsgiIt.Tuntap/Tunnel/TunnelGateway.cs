using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.Tuntap.Frames;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>
/// The way to other servers' routers: packets sealed into UDP datagrams. Every worker sends; one, which owns the socket's receiving side, does
/// everything else. A session is agreed upon when a packet needs one, and anew every two minutes.
/// </summary>
internal sealed class TunnelGateway(Action<Action> post, TunnelCounters counters)
{
    /// <summary>Age at which a sender asks for a new session, and at which nobody uses the old one any more.</summary>
    private static readonly long RenewAfter = 120 * Stopwatch.Frequency;
    private static readonly long RefuseAfter = 180 * Stopwatch.Frequency;

    /// <summary>Pause between two of our initiations to a peer that does not answer.</summary>
    private static readonly long Patience = Stopwatch.Frequency / 2;

    private readonly Dictionary<uint, TunnelSession> _sessions = [];
    private readonly byte[] _handshake = new byte[TunnelMessages.InitiationBytes];
    private readonly byte[] _datagram = new byte[65_536];
    private volatile TunnelSetup? _setup;

    /// <summary>The socket, for the worker that receives; null before the daemon has set the tunnel up.</summary>
    public UdpSocket? Socket => _setup?.Socket;

    /// <summary>Puts identity, socket and peers in force. On the receiving worker's thread. Peers that stay the same keep their sessions.</summary>
    public void SetUp(TunnelSetup setup) => _setup = setup;

    /// <summary>
    /// Sends a frame's packets to a router. From any worker, with that worker's scratch. What is longer than a datagram carries whole is too big for who
    /// can do something about it, that is send fragments: the kernel remembers the answer for all of its protocols. For others the host's kernel fragments
    /// the datagram.
    /// </summary>
    public DropCause Send(IPEndPoint router, ReadOnlySpan<byte> frame, in FrameFacts facts, bool maySendFragments, TunnelScratch scratch, long now)
    {
        if (_setup is not { } setup || !setup.Peers.TryGetValue(router, out var peer))
        {
            return DropCause.Unreachable;
        }

        var session = peer.Session;
        var age = session is null ? long.MaxValue : now - session.Born;
        if (age > RenewAfter)
        {
            Ask(peer, now);
        }

        var packet = frame[VirtioHeader.Bytes..];
        if (Longest(frame, packet, facts) > setup.PacketBytes && maySendFragments && TooBigAnswer.IsWanted(packet, facts))
        {
            return DropCause.TooBig;
        }

        var count = Segmenter.Count(frame, facts, setup.PacketBytes);
        var cause = count == 0 ? DropCause.Malformed : DropCause.None;
        for (var i = 0; i < count && cause == DropCause.None; i++)
        {
            var length = Segmenter.Write(frame, facts, i, scratch.Packet, setup.PacketBytes);
            cause = length == 0 ? DropCause.TooBig : Seal(setup, peer, age > RefuseAfter ? null : session, scratch.Packet.AsSpan(0, length), scratch.Datagram);
        }

        return cause;
    }

    /// <summary>Longest packet that is carried whole.</summary>
    public int PacketBytes => _setup?.PacketBytes ?? TunnelMessages.MaxPacketBytes;

    /// <summary>Understands a datagram. True with a packet of <paramref name="peer"/>'s in <paramref name="packet"/>. On the receiving worker's thread.</summary>
    public bool TryReceive(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> address, long now, Span<byte> packet, out int length, out TunnelPeer? peer)
    {
        length = 0;
        peer = null;
        switch (TunnelMessages.Kind(datagram))
        {
            case TunnelMessages.Data:
                return TryOpen(datagram, address, now, packet, out length, out peer) && length > 0;
            case TunnelMessages.Initiation when Find(address) is { } asking:
                Answer(asking, datagram, now);
                return false;
            case TunnelMessages.Response when Find(address) is { } answering:
                Finish(answering, datagram, now);
                return false;
            default:
                counters.Unknown++;
                return false;
        }
    }

    // A stream's segments will fit; each datagram of a train is what its sender made it.
    private static int Longest(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> packet, in FrameFacts facts) =>
        VirtioHeader.Gso(frame) == VirtioHeader.GsoNone ? packet.Length
        : facts.Protocol == IpProtocols.Tcp ? 0
        : Math.Min(packet.Length, facts.TransportOffset + 8 + VirtioHeader.SegmentSize(frame));

    private DropCause Seal(TunnelSetup setup, TunnelPeer peer, TunnelSession? session, ReadOnlySpan<byte> packet, Span<byte> datagram)
    {
        if (packet.Length > TunnelMessages.MaxPacketBytes)
        {
            return DropCause.TooBig;
        }

        if (session is null)
        {
            peer.Wait(packet);
            return DropCause.None;
        }

        var length = session.Seal(packet, datagram);
        if (setup.Socket.Send(datagram[..length], peer.Address) < 0)
        {
            return DropCause.Refused;
        }

        Interlocked.Increment(ref counters.Sent);
        return DropCause.None;
    }

    private void Ask(TunnelPeer peer, long now)
    {
        var last = Volatile.Read(ref peer.LastInitiation);
        if ((last == 0 || now - last > Patience) && Interlocked.CompareExchange(ref peer.LastInitiation, now, last) == last)
        {
            post(() => Initiate(peer));
        }
    }

    private void Initiate(TunnelPeer peer)
    {
        if (_setup is not { } setup)
        {
            return;
        }

        peer.Pending?.Dispose();
        peer.Pending = setup.Handshake.Begin(peer, NewIndex(), (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, _handshake);
        setup.Socket.Send(_handshake.AsSpan(0, TunnelMessages.InitiationBytes), peer.Address);
    }

    private void Answer(TunnelPeer peer, ReadOnlySpan<byte> initiation, long now)
    {
        if (!peer.Handshakes.TryTake(1, now))
        {
            counters.Flooded++;
            return;
        }

        if (_setup is not { } setup || !setup.Handshake.TryAnswer(peer, initiation, NewIndex(), now, _handshake.AsSpan(0, TunnelMessages.ResponseBytes), out var session) || session is null)
        {
            counters.Forged++;
            return;
        }

        Forget(peer.Unconfirmed);
        peer.Unconfirmed = session;
        _sessions[session.Ours] = session;
        setup.Socket.Send(_handshake.AsSpan(0, TunnelMessages.ResponseBytes), peer.Address);
    }

    private void Finish(TunnelPeer peer, ReadOnlySpan<byte> response, long now)
    {
        if (peer.Pending is not { } pending || TunnelMessages.Receiver(response) != pending.Index || _setup is not { } setup)
        {
            counters.Unknown++;
            return;
        }

        if (setup.Handshake.TryFinish(peer, pending, response, now) is not { } session)
        {
            counters.Forged++;
            return;
        }

        peer.Pending = null;
        pending.Dispose();
        _sessions[session.Ours] = session;
        Use(peer, session);

        // An empty packet where none waits: it tells the other side that we have the keys.
        if (!SendWaiting(setup, peer, session))
        {
            Seal(setup, peer, session, [], _datagram);
        }
    }

    private bool TryOpen(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> address, long now, Span<byte> packet, out int length, out TunnelPeer? peer)
    {
        length = 0;
        peer = null;
        if (!_sessions.TryGetValue(TunnelMessages.Receiver(datagram), out var session) || now - session.Born > RefuseAfter)
        {
            // Perhaps we have restarted, and the peer does not know: a new session tells it.
            counters.Unknown++;
            if (Find(address) is { } stale)
            {
                Ask(stale, now);
            }

            return false;
        }

        if (!session.TryOpen(datagram, packet, out length, out var isReplay))
        {
            _ = isReplay ? counters.Replayed++ : counters.Forged++;
            return false;
        }

        peer = session.Peer;
        counters.Received++;
        if (peer.Unconfirmed == session)
        {
            peer.Unconfirmed = null;
            Use(peer, session);
            SendWaiting(_setup!, peer, session);
        }

        return true;
    }

    private void Use(TunnelPeer peer, TunnelSession session)
    {
        Forget(peer.Previous);
        peer.Previous = peer.Session;
        peer.Session = session;
        counters.Handshakes++;
    }

    private bool SendWaiting(TunnelSetup setup, TunnelPeer peer, TunnelSession session)
    {
        var some = false;
        while (peer.TryTakeWaiting(out var packet))
        {
            Seal(setup, peer, session, packet, _datagram);
            some = true;
        }

        return some;
    }

    // Not disposed of: a worker may be sealing by it. The collector wipes the keys.
    private void Forget(TunnelSession? session)
    {
        if (session is not null)
        {
            _sessions.Remove(session.Ours);
        }
    }

    private TunnelPeer? Find(ReadOnlySpan<byte> address)
    {
        foreach (var peer in _setup?.Peers.Values ?? [])
        {
            if (address.SequenceEqual(peer.Address))
            {
                return peer;
            }
        }

        return null;
    }

    private uint NewIndex()
    {
        while (true)
        {
            var index = (uint)RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue);
            if (!_sessions.ContainsKey(index))
            {
                return index;
            }
        }
    }
}
