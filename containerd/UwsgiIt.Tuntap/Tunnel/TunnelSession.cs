using System.Buffers.Binary;
using NSec.Cryptography;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>Keys between two routers for two minutes: one each way, a counter each way. Any thread seals, one opens.</summary>
internal sealed class TunnelSession : IDisposable
{
    private const int NonceBytes = 12;

    private static readonly AeadAlgorithm Cipher = AeadAlgorithm.ChaCha20Poly1305;

    private readonly Key _sending;
    private readonly Key _receiving;
    private readonly ReplayWindow _window = new();
    private long _sent;

    public TunnelSession(TunnelPeer peer, uint ours, uint theirs, ReadOnlySpan<byte> sending, ReadOnlySpan<byte> receiving, long now)
    {
        Peer = peer;
        Ours = ours;
        Theirs = theirs;
        Born = now;
        _sending = Key.Import(Cipher, sending, KeyBlobFormat.RawSymmetricKey);
        _receiving = Key.Import(Cipher, receiving, KeyBlobFormat.RawSymmetricKey);
    }

    public TunnelPeer Peer { get; }

    /// <summary>Index under which we find it.</summary>
    public uint Ours { get; }

    /// <summary>Index under which the peer finds it.</summary>
    public uint Theirs { get; }

    /// <summary>When it was agreed upon, by the stopwatch.</summary>
    public long Born { get; }

    /// <summary>Writes a data message around a packet; its length.</summary>
    public int Seal(ReadOnlySpan<byte> packet, Span<byte> datagram)
    {
        var counter = (ulong)Interlocked.Increment(ref _sent) - 1;
        TunnelMessages.WriteHead(datagram, TunnelMessages.Data, Theirs);
        BinaryPrimitives.WriteUInt64LittleEndian(datagram[8..], counter);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, counter);
        var length = TunnelMessages.DataHeaderBytes + packet.Length + TunnelMessages.TagBytes;
        Cipher.Encrypt(_sending, nonce, datagram[..TunnelMessages.DataHeaderBytes], packet, datagram[TunnelMessages.DataHeaderBytes..length]);
        return length;
    }

    /// <summary>The packet in a data message; false when it is not genuine, or came before.</summary>
    public bool TryOpen(ReadOnlySpan<byte> datagram, Span<byte> packet, out int length, out bool isReplay)
    {
        var counter = TunnelMessages.Counter(datagram);
        var text = TunnelMessages.Sealed(datagram);
        length = text.Length - TunnelMessages.TagBytes;
        Span<byte> nonce = stackalloc byte[NonceBytes];
        WriteNonce(nonce, counter);
        isReplay = false;
        if (!Cipher.Decrypt(_receiving, nonce, datagram[..TunnelMessages.DataHeaderBytes], text, packet[..length]))
        {
            return false;
        }

        isReplay = !_window.TryTake(counter);
        return !isReplay;
    }

    public void Dispose()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }

    private static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }
}
