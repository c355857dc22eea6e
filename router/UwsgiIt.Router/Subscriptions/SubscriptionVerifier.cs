using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Decides whether a packet is to be believed, cheapest test first, so that nothing unauthenticated reaches the RSA check unthrottled:
/// 1 key and address grammar, 2 trusted sender, 3 known public key, 4 time window, 5 replay, 6 throttle of the source, 7 signature,
/// 8 credentials file and address policy. The ledger is written last, by <see cref="Accepted"/>: what was refused leaves no trace.
/// Called by one thread at a time.
/// </summary>
internal sealed class SubscriptionVerifier
{
    private readonly IOptionsMonitor<SubscriptionOptions> _options;
    private readonly IOptionsMonitor<RegistryOptions> _registryOptions;
    private readonly PublicKeyStore _keys;
    private readonly ReplayLedger _ledger;
    private readonly AddressPolicy _addresses;
    private readonly TimeProvider _time;
    private readonly SourceThrottle _throttle = new();
    private SubscriptionOptions? _digestsOf;
    private HashAlgorithmName[] _digests = [];

    public SubscriptionVerifier(
        IOptionsMonitor<SubscriptionOptions> options,
        IOptionsMonitor<RegistryOptions> registryOptions,
        PublicKeyStore keys,
        ReplayLedger ledger,
        AddressPolicy addresses,
        TimeProvider time)
    {
        _options = options;
        _registryOptions = registryOptions;
        _keys = keys;
        _ledger = ledger;
        _addresses = addresses;
        _time = time;
    }

    /// <summary>Verifies a well-formed packet read from <paramref name="datagram"/>.</summary>
    public bool TryVerify(
        SubscriptionPacket packet,
        ReadOnlySpan<byte> datagram,
        in PacketSource source,
        [NotNullWhen(true)] out Subscription? subscription,
        out SubscriptionRejection rejection)
    {
        subscription = null;
        var options = _options.CurrentValue;

        // 1. Keys and addresses we could not serve anyway.
        UpstreamAddress? address = null;
        if (SubscriptionKeys.IsTooWide(packet.Key))
        {
            rejection = SubscriptionRejection.KeyTooWide;
            return false;
        }

        if (!_registryOptions.CurrentValue.Mountpoints && packet.Key.Contains('/', StringComparison.Ordinal))
        {
            rejection = SubscriptionRejection.MountpointsOff;
            return false;
        }

        if (packet.Address is not null && !UpstreamAddress.TryParse(packet.Address, out address))
        {
            rejection = SubscriptionRejection.AddressNotAllowed;
            return false;
        }

        // 2. Senders whose uid stands in for a signature.
        var trusted = !options.SignaturesRequired || IsTrusted(options, packet.Key, source);
        rejection = trusted ? SubscriptionRejection.None : VerifySignature(options, packet, datagram, source);
        if (rejection != SubscriptionRejection.None)
        {
            return false;
        }

        // 8. What the sender may claim, now that we know it is the key's owner.
        if (!HasCredentials(options, packet.Key, source))
        {
            rejection = SubscriptionRejection.BadCredentials;
            return false;
        }

        if (address is not null && !_addresses.Allows(address, source.Sender, mustExist: packet.Command == SubscriptionCommand.Subscribe))
        {
            rejection = SubscriptionRejection.AddressNotAllowed;
            return false;
        }

        subscription = new Subscription(packet, address, source.Sender, trusted);
        return true;
    }

    /// <summary>Writes the replay ledger once the registry has taken the subscription.</summary>
    public void Accepted(Subscription subscription, ReadOnlySpan<byte> datagram, in PacketSource source)
    {
        var packet = subscription.Packet;
        if (!subscription.IsTrusted)
        {
            _ledger.Accept(packet.Key, Identity(packet), packet.UnixSeconds, packet.Command == SubscriptionCommand.Unsubscribe, datagram[packet.SignedRange], source.ThrottleKey);
            _keys.MarkVerified(packet.Key);
        }
    }

    private SubscriptionRejection VerifySignature(SubscriptionOptions options, SubscriptionPacket packet, ReadOnlySpan<byte> datagram, in PacketSource source)
    {
        if (!packet.IsSigned)
        {
            return SubscriptionRejection.NotSigned;
        }

        // 3. Without a key file nothing else matters.
        if (_keys.Find(packet.Key) is not { } key)
        {
            return SubscriptionRejection.UnknownKey;
        }

        // 4. Real senders stamp an unsubscribe one second ahead; the skew covers it.
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        if (packet.UnixSeconds < now - (long)options.SignTolerance.TotalSeconds)
        {
            return SubscriptionRejection.TooOld;
        }

        if (packet.UnixSeconds > now + (long)options.FutureSkew.TotalSeconds)
        {
            return SubscriptionRejection.FromTheFuture;
        }

        // 5. Asking the ledger is cheaper than RSA and tells a sender nothing.
        var signedBytes = datagram[packet.SignedRange];
        var identity = Identity(packet);
        if (!_ledger.IsFresh(packet.Key, identity, packet.UnixSeconds, packet.Command == SubscriptionCommand.Unsubscribe, signedBytes))
        {
            return SubscriptionRejection.Replayed;
        }

        // 6. A source verified for this very node before has a reserve that a flood cannot use up.
        if (!_ledger.TryUseReserve(packet.Key, identity, source.ThrottleKey, now)
            && !_throttle.TryTake(source.ThrottleKey, options.UnverifiedPerSecond, options.UnverifiedPerSecondTotal, _time.GetTimestamp() / (_time.TimestampFrequency / 1_000)))
        {
            return SubscriptionRejection.Throttled;
        }

        // 7.
        return key.Verify(signedBytes, datagram[packet.SignatureRange], Digests(options)) ? SubscriptionRejection.None : SubscriptionRejection.BadSignature;
    }

    private HashAlgorithmName[] Digests(SubscriptionOptions options)
    {
        if (!ReferenceEquals(_digestsOf, options))
        {
            _digests = options.DigestNames;
            _digestsOf = options;
        }

        return _digests;
    }

    private static bool IsTrusted(SubscriptionOptions options, string key, in PacketSource source)
    {
        if (source.Sender is not { UserId: not 0 } sender)
        {
            return false;
        }

        foreach (var trusted in options.TrustedUids)
        {
            if (trusted.Uid == sender.UserId && trusted.Keys.Any(pattern => Matches(pattern, key)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(string pattern, string key) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? SubscriptionKeys.HostPart(key).EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : string.Equals(pattern, key, StringComparison.OrdinalIgnoreCase);

    private static bool HasCredentials(SubscriptionOptions options, string key, in PacketSource source)
    {
        if (options.CredentialsDirectories.Count == 0)
        {
            return true;
        }

        if (source.Sender is not { } sender)
        {
            return false;
        }

        foreach (var directory in options.CredentialsDirectories)
        {
            if (SafePath.TryOpen(Path.Combine(directory, PublicKey.Sanitise(key)), pathOnly: true, out var handle, out _))
            {
                using (handle)
                {
                    var facts = SafePath.Stat(handle);
                    if (facts.UserId == sender.UserId && facts.GroupId == sender.GroupId)
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static string Identity(SubscriptionPacket packet) => packet.Address ?? packet.Vassal ?? "";
}
