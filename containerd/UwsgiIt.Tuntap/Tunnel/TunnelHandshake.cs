using System.Buffers.Binary;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>
/// How two routers that know one another's long-term keys agree on a session's, in one round trip: X25519 between every pair of long-term and
/// ephemeral keys (the pattern KK of the Noise protocol framework), HKDF over all that was said. Old sessions stay secret when a long-term key is
/// lost, and a repeated handshake leads to nothing, for its keys need an ephemeral secret.
/// </summary>
internal sealed class TunnelHandshake(Key identity)
{
    private const int Secret = TunnelMessages.KeyBytes;

    private static readonly KeyAgreementAlgorithm Agreement = KeyAgreementAlgorithm.X25519;
    private static readonly AeadAlgorithm Cipher = AeadAlgorithm.ChaCha20Poly1305;

    private readonly byte[] _own = identity.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>Our first message; what <see cref="TryFinish"/> needs of it comes back.</summary>
    public PendingHandshake Begin(TunnelPeer peer, uint index, long microseconds, Span<byte> initiation)
    {
        var ephemeral = Key.Create(Agreement);
        var ours = ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        TunnelMessages.WriteHead(initiation, TunnelMessages.Initiation, index);
        ours.CopyTo(initiation[8..]);
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(time, microseconds);
        Span<byte> secrets = stackalloc byte[2 * Secret];
        Agree(ephemeral, peer.Key, secrets);
        Agree(identity, peer.Key, secrets[Secret..]);
        using var key = FirstKey(secrets, _own, Raw(peer.Key), ours);
        Cipher.Encrypt(key, Nonce(), initiation[..(8 + Secret)], time, initiation[(8 + Secret)..]);
        return new PendingHandshake(index, ephemeral);
    }

    /// <summary>Reads their initiation; false when it is not theirs or older than one before. On true <paramref name="response"/> is ready to be sent.</summary>
    public bool TryAnswer(TunnelPeer peer, ReadOnlySpan<byte> initiation, uint index, long now, Span<byte> response, out TunnelSession? session)
    {
        session = null;
        if (!TryImport(TunnelMessages.Ephemeral(initiation), out var theirs))
        {
            return false;
        }

        Span<byte> secrets = stackalloc byte[4 * Secret];
        if (!TryAgree(identity, theirs, secrets))
        {
            return false;
        }

        Agree(identity, peer.Key, secrets[Secret..]);
        Span<byte> time = stackalloc byte[8];
        using (var key = FirstKey(secrets[..(2 * Secret)], Raw(peer.Key), _own, TunnelMessages.Ephemeral(initiation)))
        {
            if (!Cipher.Decrypt(key, Nonce(), initiation[..(8 + Secret)], TunnelMessages.Sealed(initiation), time) || BinaryPrimitives.ReadInt64LittleEndian(time) <= peer.LastTime)
            {
                return false;
            }
        }

        using var ephemeral = Key.Create(Agreement);
        if (!TryAgree(ephemeral, theirs, secrets[(2 * Secret)..]))
        {
            return false;
        }

        Agree(ephemeral, peer.Key, secrets[(3 * Secret)..]);
        peer.LastTime = BinaryPrimitives.ReadInt64LittleEndian(time);
        var ours = ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        TunnelMessages.WriteHead(response, TunnelMessages.Response, index);
        BinaryPrimitives.WriteUInt32LittleEndian(response[8..], TunnelMessages.Sender(initiation));
        ours.CopyTo(response[12..]);
        Span<byte> keys = stackalloc byte[3 * Secret];
        LastKeys(secrets, Raw(peer.Key), _own, TunnelMessages.Ephemeral(initiation), ours, keys);
        using (var key = Key.Import(Cipher, keys[..Secret], KeyBlobFormat.RawSymmetricKey))
        {
            Cipher.Encrypt(key, Nonce(), response[..(12 + Secret)], [], response[(12 + Secret)..]);
        }

        session = new TunnelSession(peer, index, TunnelMessages.Sender(initiation), sending: keys[(2 * Secret)..], receiving: keys[Secret..(2 * Secret)], now);
        return true;
    }

    /// <summary>Reads the response to our initiation.</summary>
    public TunnelSession? TryFinish(TunnelPeer peer, PendingHandshake pending, ReadOnlySpan<byte> response, long now)
    {
        Span<byte> secrets = stackalloc byte[4 * Secret];
        if (!TryImport(TunnelMessages.Ephemeral(response), out var theirs) || !TryAgree(pending.Ephemeral, theirs, secrets[(2 * Secret)..]) || !TryAgree(identity, theirs, secrets[(3 * Secret)..]))
        {
            return null;
        }

        Agree(pending.Ephemeral, peer.Key, secrets);
        Agree(identity, peer.Key, secrets[Secret..]);
        Span<byte> keys = stackalloc byte[3 * Secret];
        LastKeys(secrets, _own, Raw(peer.Key), pending.Ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey), TunnelMessages.Ephemeral(response), keys);
        using var key = Key.Import(Cipher, keys[..Secret], KeyBlobFormat.RawSymmetricKey);
        return Cipher.Decrypt(key, Nonce(), response[..(12 + Secret)], TunnelMessages.Sealed(response), [])
            ? new TunnelSession(peer, pending.Index, TunnelMessages.Sender(response), sending: keys[Secret..(2 * Secret)], receiving: keys[(2 * Secret)..], now)
            : null;
    }

    private static Key FirstKey(ReadOnlySpan<byte> secrets, ReadOnlySpan<byte> initiator, ReadOnlySpan<byte> responder, ReadOnlySpan<byte> ephemeral)
    {
        Span<byte> key = stackalloc byte[Secret];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secrets, key, "uwsgiit tunnel 1"u8, [.. "initiation"u8, .. initiator, .. responder, .. ephemeral]);
        return Key.Import(Cipher, key, KeyBlobFormat.RawSymmetricKey);
    }

    // The response's key, initiator to responder, responder to initiator.
    private static void LastKeys(ReadOnlySpan<byte> secrets, ReadOnlySpan<byte> initiator, ReadOnlySpan<byte> responder, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> keys) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secrets, keys, "uwsgiit tunnel 1"u8, [.. "session"u8, .. initiator, .. responder, .. first, .. second]);

    // Each of these keys seals one text.
    private static ReadOnlySpan<byte> Nonce() => new byte[12];

    private static byte[] Raw(PublicKey key) => key.Export(KeyBlobFormat.RawPublicKey);

    private static bool TryImport(ReadOnlySpan<byte> raw, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PublicKey? key) => PublicKey.TryImport(Agreement, raw, KeyBlobFormat.RawPublicKey, out key);

    // The peer's long-term key was checked when it was set; a stranger's ephemeral may be one that agrees on nothing.
    private static void Agree(Key own, PublicKey other, Span<byte> secret)
    {
        if (!TryAgree(own, other, secret))
        {
            throw new CryptographicException("the keys agree on nothing");
        }
    }

    private static bool TryAgree(Key own, PublicKey other, Span<byte> secret)
    {
        using var shared = Agreement.Agree(own, other, new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return shared is not null && shared.Export(SharedSecretBlobFormat.RawSharedSecret).AsSpan().TryCopyTo(secret);
    }
}
