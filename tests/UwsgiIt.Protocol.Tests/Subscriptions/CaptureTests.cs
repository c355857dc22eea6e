using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Protocol.Tests.Subscriptions;

/// <summary>What real senders sent must be read as it was meant, and verify as OpenSSL said it does.</summary>
public sealed class CaptureTests
{
    public static TheoryData<string> Files => new(Captures.Index.GetProperty("packets").EnumerateArray().Select(packet => packet.GetProperty("file").GetString()!));

    [Theory]
    [MemberData(nameof(Files))]
    public void Capture_HasItsRecordedFields(string file)
    {
        var expected = Captures.Describe(file);
        var datagram = Captures.Read(file);

        Assert.True(SubscriptionPacketReader.TryRead(datagram, out var packet, out var rejection), rejection.ToString());

        Assert.Equal(expected.GetProperty("command").GetString(), packet.Command.ToString().ToLowerInvariant());
        Assert.Equal(Value(expected, datagram, "key"), packet.Key);
        Assert.Equal(Value(expected, datagram, "address") is { Length: > 0 } address ? address : null, packet.Address);
        Assert.Equal(Number(expected, datagram, "modifier1"), packet.Modifier1);
        Assert.Equal(Number(expected, datagram, "modifier2"), packet.Modifier2);
        Assert.Equal(Number(expected, datagram, "cores"), packet.Cores);
        Assert.Equal(Number(expected, datagram, "load"), packet.Load);
        Assert.Equal(Math.Max(1, Number(expected, datagram, "weight")), packet.Weight);
        Assert.Equal(Number(expected, datagram, "backup"), packet.Backup);
        Assert.Equal(Number(expected, datagram, "unix"), (ulong)packet.UnixSeconds);
        Assert.Equal(Value(expected, datagram, "vassal"), packet.Vassal);
        Assert.Equal(Value(expected, datagram, "notify"), packet.Notify);
        Assert.Equal(Value(expected, datagram, "sni_key"), packet.Sni?.PrivateKey);
        Assert.Equal(Value(expected, datagram, "sni_crt"), packet.Sni?.Certificate);
        Assert.Equal(Value(expected, datagram, "sni_ca")?.TrimStart('!'), packet.Sni?.ClientCa);
        Assert.Equal(Value(expected, datagram, "sni_ca")?.StartsWith('!') ?? false, packet.Sni?.ClientCertificateRequired ?? false);
        Assert.Equal(Value(expected, datagram, "proto") ?? "uwsgi", SubscriptionWords.ToWord(packet.Protocol));
        Assert.Equal(Value(expected, datagram, "algo"), packet.Algorithm is { } algorithm ? SubscriptionWords.ToWord(algorithm) : null);
        Assert.Equal(Number(expected, datagram, "clear") != 0, packet.Clear);
        Assert.Equal(expected.GetProperty("keyFile").GetString(), PublicKey.FileName(packet.Key));
        Assert.Equal(expected.GetProperty("keyFileWhenMountpointsEnabled").GetString(), PublicKey.FileName(PublicKey.DomainPart(packet.Key)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Capture_VerifiesAsRecorded(string file)
    {
        var expected = Captures.Describe(file).GetProperty("signature");
        var datagram = Captures.Read(file);
        Assert.True(SubscriptionPacketReader.TryRead(datagram, out var packet, out _));
        Assert.Equal(expected.ValueKind != JsonValueKind.Null, packet.IsSigned);
        if (!packet.IsSigned)
        {
            return;
        }

        var signed = packet.SignedRange.GetOffsetAndLength(datagram.Length);
        var signature = packet.SignatureRange.GetOffsetAndLength(datagram.Length);
        Assert.Equal((expected.GetProperty("signedOffset").GetInt32(), expected.GetProperty("signedLength").GetInt32()), signed);
        Assert.Equal((expected.GetProperty("signatureOffset").GetInt32(), expected.GetProperty("signatureLength").GetInt32()), signature);
        foreach (var check in expected.GetProperty("verifies").EnumerateArray())
        {
            using var key = ReadKey(check.GetProperty("publicKey").GetString()!);
            var digest = new HashAlgorithmName(check.GetProperty("digest").GetString()!);
            Assert.Equal(check.GetProperty("result").GetBoolean(), key.Verify(datagram.AsSpan(packet.SignedRange), datagram.AsSpan(packet.SignatureRange), [digest]));
        }
    }

    [Fact]
    public void Mutation_SizeFieldWrong_IsRefused() => AssertRefused("04-signed-sha256-subscribe.bin", SubscriptionPacketRejection.SizeMismatch, bytes => bytes[1] = bytes[2] = 0);

    [Fact]
    public void Mutation_ModifierNot224_IsRefused() => AssertRefused("04-signed-sha256-subscribe.bin", SubscriptionPacketRejection.WrongModifier1, bytes => bytes[0] = 0);

    [Fact]
    public void Mutation_ValueBitFlip_DoesNotVerify()
    {
        var datagram = Captures.Read("04-signed-sha256-subscribe.bin");
        datagram[38] ^= 1;
        using var key = ReadKey("customer-a.pem");
        Assert.True(!SubscriptionPacketReader.TryRead(datagram, out var packet, out _)
            || !key.Verify(datagram.AsSpan(packet.SignedRange), datagram.AsSpan(packet.SignatureRange), [HashAlgorithmName.SHA256]));
    }

    [Fact]
    public void Mutation_RecordAfterSignature_IsRefused()
    {
        byte[] datagram = [.. Captures.Read("04-signed-sha256-subscribe.bin"), 6, 0, .. "weight"u8, 1, 0, .. "9"u8];
        datagram[1] = (byte)(datagram.Length - 4);
        datagram[2] = (byte)((datagram.Length - 4) >> 8);
        Assert.False(SubscriptionPacketReader.TryRead(datagram, out _, out var rejection));
        Assert.Equal(SubscriptionPacketRejection.BadSignatureRecord, rejection);
    }

    [Fact]
    public void Mutation_CommandFlip_LeavesTheSignedBytesEqual()
    {
        // The wire cannot tell: the ledger does, because the signed bytes are the same.
        var original = Captures.Read("05-signed-sha1-unsubscribe.bin");
        var flipped = original.ToArray();
        flipped[3] = 0;
        Assert.True(SubscriptionPacketReader.TryRead(original, out var unsubscribe, out _));
        Assert.True(SubscriptionPacketReader.TryRead(flipped, out var subscribe, out _));
        Assert.Equal(SubscriptionCommand.Subscribe, subscribe.Command);
        Assert.Equal(original[unsubscribe.SignedRange], flipped[subscribe.SignedRange]);
    }

    [Theory]
    [InlineData("01-plain-subscribe.bin")]
    [InlineData("04-signed-sha256-subscribe.bin")]
    public void Mutation_EveryProperPrefix_IsRefused(string file)
    {
        var datagram = Captures.Read(file);
        for (var length = 0; length < datagram.Length; length++)
        {
            Assert.False(SubscriptionPacketReader.TryRead(datagram.AsSpan(0, length), out _, out _));

            // Also when the header is made to agree with the shorter length.
            if (length >= 4)
            {
                var prefix = datagram[..length];
                prefix[1] = (byte)(length - 4);
                prefix[2] = (byte)((length - 4) >> 8);
                using var key = ReadKey("customer-a.pem");
                var isRead = SubscriptionPacketReader.TryRead(prefix, out var packet, out _);
                Assert.False(isRead && packet!.IsSigned && key.Verify(prefix.AsSpan(packet.SignedRange), prefix.AsSpan(packet.SignatureRange), [HashAlgorithmName.SHA256]));
            }
        }
    }

    private static void AssertRefused(string file, SubscriptionPacketRejection expected, Action<byte[]> mutate)
    {
        var datagram = Captures.Read(file);
        mutate(datagram);
        Assert.False(SubscriptionPacketReader.TryRead(datagram, out _, out var rejection));
        Assert.Equal(expected, rejection);
    }

    private static PublicKey ReadKey(string file)
    {
        Assert.True(PublicKey.TryReadPem(Captures.ReadText(file), out var key));
        return key;
    }

    private static string? Value(JsonElement capture, byte[] datagram, string name)
    {
        foreach (var record in capture.GetProperty("vars").EnumerateArray())
        {
            if (record.GetProperty("name").GetString() == name)
            {
                return System.Text.Encoding.UTF8.GetString(datagram, record.GetProperty("valueOffset").GetInt32(), record.GetProperty("valueLength").GetInt32());
            }
        }

        return null;
    }

    private static ulong Number(JsonElement capture, byte[] datagram, string name) =>
        Value(capture, datagram, name) is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : 0;
}
