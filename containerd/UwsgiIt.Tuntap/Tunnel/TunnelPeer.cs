using System.Net;
using NSec.Cryptography;
using UwsgiIt.Tuntap.Limits;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>Another server's router: where it is, who it is, and the sessions with it. Changed by the tunnel's thread; the session to send by is read by every worker.</summary>
internal sealed class TunnelPeer
{
    /// <summary>Handshakes somebody may ask for under the peer's address, a second. Ours: each costs four agreements of keys, some 0.2 ms.</summary>
    private const int HandshakesPerSecond = 10;

    /// <summary>Packets that wait for the first session. Ours: the start of a few connections.</summary>
    private const int MaxWaiting = 16;

    private readonly Queue<byte[]> _waiting = new();
    private volatile TunnelSession? _session;

    public TunnelPeer(IPEndPoint endPoint, PublicKey key)
    {
        EndPoint = endPoint;
        Key = key;
        var address = endPoint.Serialize();
        Address = address.Buffer[..address.Size].ToArray();
        Handshakes.Set(HandshakesPerSecond, HandshakesPerSecond);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Its long-term key.</summary>
    public PublicKey Key { get; }

    /// <summary><see cref="EndPoint"/> as the kernel takes it.</summary>
    public byte[] Address { get; }

    public RateLimit Handshakes { get; } = new();

    /// <summary>What we send by; null until the first handshake.</summary>
    public TunnelSession? Session
    {
        get => _session;
        set => _session = value;
    }

    /// <summary>Agreed upon by their wish, not used by us before they did: only that shows that they have the keys.</summary>
    public TunnelSession? Unconfirmed { get; set; }

    /// <summary>The one before, for what is still under way.</summary>
    public TunnelSession? Previous { get; set; }

    /// <summary>Our initiation that waits for its response.</summary>
    public PendingHandshake? Pending { get; set; }

    /// <summary>The newest time an initiation of theirs has named, in microseconds: an older one is a repetition.</summary>
    public long LastTime { get; set; }

    /// <summary>When we last initiated; read by every worker.</summary>
    public long LastInitiation;

    public void Wait(ReadOnlySpan<byte> packet)
    {
        lock (_waiting)
        {
            if (_waiting.Count < MaxWaiting)
            {
                _waiting.Enqueue(packet.ToArray());
            }
        }
    }

    public bool TryTakeWaiting(out byte[]? packet)
    {
        lock (_waiting)
        {
            return _waiting.TryDequeue(out packet);
        }
    }
}
