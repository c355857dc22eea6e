using System.Globalization;
using System.Text;
using UwsgiIt.Protocol.Packets;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary><see cref="SubscriptionPacket"/> to datagram, records in the order real senders use.</summary>
public static class SubscriptionPacketWriter
{
    /// <summary>
    /// Writes the datagram and signs it when <paramref name="signer"/> is given. Throws <see cref="ArgumentException"/> when it would not fit
    /// <see cref="ProtocolLimits.MaxSubscriptionBytes"/>, or when it is to be signed and has no time.
    /// </summary>
    public static byte[] Write(SubscriptionPacket packet, SubscriptionSigner? signer = null)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (signer is not null && packet.UnixSeconds <= 0)
        {
            throw new ArgumentException("A signed packet needs its time.", nameof(packet));
        }

        Span<byte> buffer = stackalloc byte[ProtocolLimits.MaxSubscriptionBytes];
        var writer = new UwsgiVarWriter(buffer[UwsgiHeader.Size..]);
        WriteText(ref writer, "key"u8, packet.Key);
        WriteText(ref writer, "address"u8, packet.Address);
        WriteNumber(ref writer, "modifier1"u8, packet.Modifier1);
        WriteNumber(ref writer, "modifier2"u8, packet.Modifier2);
        WriteNumber(ref writer, "cores"u8, packet.Cores);
        WriteNumber(ref writer, "load"u8, packet.Load);
        WriteNumber(ref writer, "weight"u8, packet.Weight);
        if (packet.Backup != 0)
        {
            WriteNumber(ref writer, "backup"u8, packet.Backup);
        }

        WriteText(ref writer, "vassal"u8, packet.Vassal);
        WriteText(ref writer, "sni_key"u8, packet.Sni?.PrivateKey);
        WriteText(ref writer, "sni_crt"u8, packet.Sni?.Certificate);
        WriteText(ref writer, "sni_ca"u8, packet.Sni is { ClientCa: { } ca, ClientCertificateRequired: var required } ? (required ? "!" : "") + ca : null);
        if (packet.Protocol != UpstreamProtocol.Uwsgi)
        {
            WriteText(ref writer, "proto"u8, SubscriptionWords.ToWord(packet.Protocol));
        }

        WriteText(ref writer, "algo"u8, packet.Algorithm is { } algorithm ? SubscriptionWords.ToWord(algorithm) : null);
        if (packet.ForcesHttps)
        {
            WriteNumber(ref writer, "force_https"u8, 1);
        }

        if (packet.Drains)
        {
            WriteNumber(ref writer, "drain"u8, 1);
        }

        WriteText(ref writer, "notify"u8, packet.Notify);
        if (packet.Clear)
        {
            WriteNumber(ref writer, "clear"u8, 1);
        }

        if (packet.UnixSeconds > 0)
        {
            WriteNumber(ref writer, "unix"u8, (ulong)packet.UnixSeconds);
        }

        if (signer is not null)
        {
            var signature = signer.Sign(buffer.Slice(UwsgiHeader.Size, writer.Written));
            ThrowUnless(writer.TryWrite("sign"u8, signature));
        }

        new UwsgiHeader(SubscriptionPacketReader.Modifier1, (ushort)writer.Written, (byte)packet.Command).Write(buffer);
        return buffer[..(UwsgiHeader.Size + writer.Written)].ToArray();
    }

    private static void WriteText(ref UwsgiVarWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            ThrowUnless(writer.TryWrite(name, Encoding.UTF8.GetBytes(value)));
        }
    }

    private static void WriteNumber(ref UwsgiVarWriter writer, ReadOnlySpan<byte> name, ulong value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        ThrowUnless(writer.TryWrite(name, digits[..length]));
    }

    private static void ThrowUnless(bool written)
    {
        if (!written)
        {
            throw new ArgumentException($"The packet does not fit {ProtocolLimits.MaxSubscriptionBytes} bytes.");
        }
    }
}
