using System.Diagnostics.CodeAnalysis;
using System.Text;
using UwsgiIt.Protocol.Packets;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>
/// Datagram to <see cref="SubscriptionPacket"/>. Strict: one fault refuses the whole datagram, where the original applies what it had read
/// before the fault. Nothing is allocated before the datagram is known to be good, for anybody may send to the socket.
/// </summary>
public static class SubscriptionPacketReader
{
    /// <summary>modifier1 of a subscription packet (unbit/uwsgi: 224).</summary>
    public const byte Modifier1 = 224;

    /// <summary>Reads one datagram. Never throws; <paramref name="rejection"/> says why it failed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out SubscriptionPacket? packet, out SubscriptionPacketRejection rejection)
    {
        packet = null;
        rejection = CheckHeader(datagram, out var header);
        if (rejection != SubscriptionPacketRejection.None)
        {
            return false;
        }

        var fields = default(Fields);
        rejection = ReadFields(datagram, ref fields);
        if (rejection != SubscriptionPacketRejection.None)
        {
            return false;
        }

        packet = fields.ToPacket(header.Modifier2 == 0 ? SubscriptionCommand.Subscribe : SubscriptionCommand.Unsubscribe);
        return true;
    }

    private static SubscriptionPacketRejection CheckHeader(ReadOnlySpan<byte> datagram, out UwsgiHeader header)
    {
        header = default;
        if (datagram.Length > ProtocolLimits.MaxSubscriptionBytes)
        {
            return SubscriptionPacketRejection.TooLong;
        }

        if (!UwsgiHeader.TryRead(datagram, out header))
        {
            return SubscriptionPacketRejection.TooShort;
        }

        if (header.Modifier1 != Modifier1)
        {
            return SubscriptionPacketRejection.WrongModifier1;
        }

        if (header.DataSize != datagram.Length - UwsgiHeader.Size)
        {
            return SubscriptionPacketRejection.SizeMismatch;
        }

        return header.Modifier2 > 1 ? SubscriptionPacketRejection.UnknownCommand : SubscriptionPacketRejection.None;
    }

    private static SubscriptionPacketRejection ReadFields(ReadOnlySpan<byte> datagram, ref Fields fields)
    {
        var reader = new UwsgiVarReader(datagram[UwsgiHeader.Size..]);
        var count = 0;
        var start = UwsgiHeader.Size;
        while (reader.TryRead(out var name, out var value))
        {
            if (++count > ProtocolLimits.MaxSubscriptionVars)
            {
                return SubscriptionPacketRejection.TooManyVars;
            }

            // The signature covers everything before its own record, so anything after it would be unsigned.
            if (fields.IsSigned)
            {
                return SubscriptionPacketRejection.BadSignatureRecord;
            }

            var end = UwsgiHeader.Size + reader.Position;
            var rejection = fields.Set(name, value, start, end);
            if (rejection != SubscriptionPacketRejection.None)
            {
                return rejection;
            }

            start = end;
        }

        return reader.IsMalformed ? SubscriptionPacketRejection.MalformedVars : fields.Check();
    }

    /// <summary>The datagram's values while it is being read: spans into it and numbers, no strings.</summary>
    private ref struct Fields
    {
        private ReadOnlySpan<byte> _key;
        private ReadOnlySpan<byte> _address;
        private ReadOnlySpan<byte> _vassal;
        private ReadOnlySpan<byte> _notify;
        private ReadOnlySpan<byte> _sniKey;
        private ReadOnlySpan<byte> _sniCertificate;
        private ReadOnlySpan<byte> _sniCa;
        private byte _modifier1;
        private byte _modifier2;
        private ulong _cores;
        private ulong _load;
        private ulong _weight;
        private ulong _backup;
        private ulong _clear;
        private ulong _forcesHttps;
        private ulong _drains;
        private ulong _unixSeconds;
        private UpstreamProtocol _protocol;
        private BalancingAlgorithm? _algorithm;
        private int _signedLength;
        private Range _signatureRange;

        public bool IsSigned { get; private set; }

        public SubscriptionPacketRejection Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int start, int end)
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("key"u8):
                    _key = value;
                    return SubscriptionGrammar.IsKey(value) ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.BadKey;
                case var _ when name.SequenceEqual("address"u8):
                    _address = value;
                    return value.IsEmpty || SubscriptionGrammar.IsAddress(value) ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.BadAddress;
                case var _ when name.SequenceEqual("modifier1"u8):
                    return SetByte(value, ref _modifier1);
                case var _ when name.SequenceEqual("modifier2"u8):
                    return SetByte(value, ref _modifier2);
                case var _ when name.SequenceEqual("cores"u8):
                    return SetNumber(value, ref _cores);
                case var _ when name.SequenceEqual("load"u8):
                    return SetNumber(value, ref _load);
                case var _ when name.SequenceEqual("weight"u8):
                    return SetNumber(value, ref _weight);
                case var _ when name.SequenceEqual("backup"u8):
                    return SetNumber(value, ref _backup);
                case var _ when name.SequenceEqual("clear"u8):
                    return SetNumber(value, ref _clear);
                case var _ when name.SequenceEqual("force_https"u8):
                    return SetNumber(value, ref _forcesHttps);
                case var _ when name.SequenceEqual("drain"u8):
                    return SetNumber(value, ref _drains);
                case var _ when name.SequenceEqual("unix"u8):
                    return SetNumber(value, ref _unixSeconds);
                case var _ when name.SequenceEqual("proto"u8):
                    return SubscriptionWords.TryReadProtocol(value, out _protocol) ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.UnknownProtocol;
                case var _ when name.SequenceEqual("algo"u8):
                    _algorithm = SubscriptionWords.ReadAlgorithm(value);
                    return SubscriptionPacketRejection.None;
                case var _ when name.SequenceEqual("vassal"u8):
                    _vassal = value;
                    return SubscriptionGrammar.IsPrintable(value, ProtocolLimits.MaxVassalBytes) ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.BadVassal;
                case var _ when name.SequenceEqual("notify"u8):
                    // Longer paths are ignored by the original too; the packet still counts.
                    _notify = SubscriptionGrammar.IsPrintable(value, ProtocolLimits.MaxNotifyBytes) ? value : default;
                    return SubscriptionPacketRejection.None;
                case var _ when name.SequenceEqual("sni_key"u8):
                    return SetText(value, ref _sniKey);
                case var _ when name.SequenceEqual("sni_crt"u8):
                    return SetText(value, ref _sniCertificate);
                case var _ when name.SequenceEqual("sni_ca"u8):
                    return SetText(value, ref _sniCa);
                case var _ when name.SequenceEqual("sign"u8):
                    IsSigned = true;
                    _signedLength = start;
                    _signatureRange = (end - value.Length)..end;
                    return value.IsEmpty ? SubscriptionPacketRejection.BadSignatureRecord : SubscriptionPacketRejection.None;
                default:
                    return SubscriptionPacketRejection.None;
            }
        }

        public readonly SubscriptionPacketRejection Check()
        {
            if (_key.IsEmpty)
            {
                return SubscriptionPacketRejection.BadKey;
            }

            if (_address.IsEmpty && _vassal.IsEmpty)
            {
                return SubscriptionPacketRejection.BadAddress;
            }

            if (_sniKey.IsEmpty != _sniCertificate.IsEmpty || (!_sniCa.IsEmpty && _sniKey.IsEmpty) || _sniCa.SequenceEqual("!"u8))
            {
                return SubscriptionPacketRejection.BadSni;
            }

            if (_unixSeconds > long.MaxValue / 2)
            {
                return SubscriptionPacketRejection.BadNumber;
            }

            return IsSigned && _unixSeconds == 0 ? SubscriptionPacketRejection.BadSignatureRecord : SubscriptionPacketRejection.None;
        }

        public readonly SubscriptionPacket ToPacket(SubscriptionCommand command) => new()
        {
            Command = command,
            Key = FoldHost(_key),
            Address = _address.IsEmpty ? null : Encoding.ASCII.GetString(_address),
            Modifier1 = _modifier1,
            Modifier2 = _modifier2,
            Cores = _cores,
            Load = _load,
            Weight = Math.Max(1, _weight),
            Backup = _backup,
            Protocol = _protocol,
            Algorithm = _algorithm,
            Vassal = _vassal.IsEmpty ? null : Encoding.ASCII.GetString(_vassal),
            Clear = _clear != 0,
            ForcesHttps = _forcesHttps != 0,
            Drains = _drains != 0,
            UnixSeconds = (long)_unixSeconds,
            Notify = _notify.IsEmpty ? null : Encoding.ASCII.GetString(_notify),
            Sni = ToSni(),
            IsSigned = IsSigned,
            SignedRange = IsSigned ? UwsgiHeader.Size.._signedLength : 0..0,
            SignatureRange = _signatureRange,
        };

        private readonly SniClaim? ToSni()
        {
            if (_sniKey.IsEmpty)
            {
                return null;
            }

            var required = _sniCa.StartsWith("!"u8);
            return new SniClaim(
                Encoding.UTF8.GetString(_sniKey),
                Encoding.UTF8.GetString(_sniCertificate),
                _sniCa.IsEmpty ? null : Encoding.UTF8.GetString(required ? _sniCa[1..] : _sniCa),
                required);
        }

        private static string FoldHost(ReadOnlySpan<byte> key)
        {
            var slash = key.IndexOf((byte)'/');
            var text = Encoding.ASCII.GetString(key);
            return slash < 0 ? text.ToLowerInvariant() : string.Concat(text[..slash].ToLowerInvariant(), text.AsSpan(slash));
        }

        private static SubscriptionPacketRejection SetNumber(ReadOnlySpan<byte> value, ref ulong number) =>
            SubscriptionGrammar.TryParseNumber(value, out number) ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.BadNumber;

        private static SubscriptionPacketRejection SetByte(ReadOnlySpan<byte> value, ref byte number)
        {
            if (!SubscriptionGrammar.TryParseNumber(value, out var wide) || wide > byte.MaxValue)
            {
                return SubscriptionPacketRejection.BadNumber;
            }

            number = (byte)wide;
            return SubscriptionPacketRejection.None;
        }

        private static SubscriptionPacketRejection SetText(ReadOnlySpan<byte> value, ref ReadOnlySpan<byte> text)
        {
            text = value;
            return value.IsEmpty || value.Contains((byte)0) ? SubscriptionPacketRejection.BadSni : SubscriptionPacketRejection.None;
        }
    }
}
