using System.Net;
using NSec.Cryptography;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Control;

namespace UwsgiIt.Tuntap.Tunnel;

/// <summary>Who we are and who the others are; replaced whole.</summary>
internal sealed class TunnelSetup
{
    /// <summary>Every hop of IPv6 takes as much (RFC 8200).</summary>
    private const int MinPacketBytes = 1280;

    private TunnelSetup(byte[] identity, UdpSocket socket, int packetBytes, Dictionary<IPEndPoint, TunnelPeer> peers)
    {
        PacketBytes = packetBytes;
        Identity = identity;
        Socket = socket;
        Peers = peers;
        Handshake = new TunnelHandshake(Key.Import(KeyAgreementAlgorithm.X25519, identity, KeyBlobFormat.RawPrivateKey));
    }

    public UdpSocket Socket { get; }

    /// <summary>Longest packet that is carried whole.</summary>
    public int PacketBytes { get; }

    public IReadOnlyDictionary<IPEndPoint, TunnelPeer> Peers { get; }

    public TunnelHandshake Handshake { get; }

    private byte[] Identity { get; }

    /// <summary>Reads the daemon's words. Peers as <paramref name="before"/> are taken over. All faults are gathered, and never say a private key.</summary>
    public static TunnelSetup? TryMake(TunnelSettings settings, UdpSocket? socket, TunnelSetup? before, ICollection<string> faults)
    {
        var count = faults.Count;
        var identity = Decode(settings.PrivateKey);
        if (identity is null)
        {
            faults.Add("the tunnel's private key is not 32 bytes in base64");
        }

        if ((socket ??= before?.Socket) is null)
        {
            faults.Add("the tunnel needs its socket");
        }

        if (settings.PacketBytes is < MinPacketBytes or > TunnelMessages.MaxPacketBytes)
        {
            faults.Add($"the tunnel's packets cannot have {settings.PacketBytes} bytes, but {MinPacketBytes} to {TunnelMessages.MaxPacketBytes}");
        }

        if (settings.Peers.Count > TunnelSettings.MaxPeers)
        {
            faults.Add($"more than {TunnelSettings.MaxPeers} peers of the tunnel");
            return null;
        }

        var peers = new Dictionary<IPEndPoint, TunnelPeer>();
        foreach (var (text, key) in settings.Peers)
        {
            if (!IPEndPoint.TryParse(text, out var endPoint) || endPoint.Port == 0)
            {
                faults.Add($"\"{text}\" is not ADDRESS:PORT");
            }
            else if (Decode(key) is not { } raw || !PublicKey.TryImport(KeyAgreementAlgorithm.X25519, raw, KeyBlobFormat.RawPublicKey, out var publicKey) || publicKey is null)
            {
                faults.Add($"the key of {text} is not 32 bytes in base64");
            }
            else if (identity is not null && !AgreesOnSomething(identity, publicKey))
            {
                faults.Add($"the key of {text} is no key");
            }
            else
            {
                var isSame = before is not null && identity is not null && before.Identity.AsSpan().SequenceEqual(identity) && before.Peers.TryGetValue(endPoint, out var known) && known.Key.Equals(publicKey);
                peers[endPoint] = isSame ? before!.Peers[endPoint] : new TunnelPeer(endPoint, publicKey);
            }
        }

        return faults.Count > count ? null : new TunnelSetup(identity!, socket!, settings.PacketBytes, peers);
    }

    private static byte[]? Decode(string? text)
    {
        var raw = new byte[TunnelMessages.KeyBytes];
        return text is not null && Convert.TryFromBase64String(text, raw, out var length) && length == raw.Length ? raw : null;
    }

    private static bool AgreesOnSomething(byte[] identity, PublicKey other)
    {
        using var key = Key.Import(KeyAgreementAlgorithm.X25519, identity, KeyBlobFormat.RawPrivateKey);
        using var shared = KeyAgreementAlgorithm.X25519.Agree(key, other);
        return shared is not null;
    }
}
