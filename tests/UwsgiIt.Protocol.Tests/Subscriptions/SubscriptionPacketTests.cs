using System.Security.Cryptography;
using System.Text;
using CsCheck;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Protocol.Tests.Subscriptions;

public sealed class SubscriptionPacketTests
{
    [Fact]
    public void Packet_WrittenThenRead_IsTheSame() => Packets.Sample(packet =>
    {
        Assert.True(SubscriptionPacketReader.TryRead(SubscriptionPacketWriter.Write(packet), out var read, out var rejection), rejection.ToString());
        Assert.Equal(packet, read with { SignedRange = packet.SignedRange, SignatureRange = packet.SignatureRange });
    });

    [Fact]
    public void Reader_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 600].Sample(bytes =>
        Assert.Equal(SubscriptionPacketReader.TryRead(bytes, out _, out var rejection), rejection == SubscriptionPacketRejection.None));

    [Fact]
    public void Reader_MutatedCapture_NeverThrowsAndNeverVerifiesSomethingElse()
    {
        var capture = Captures.Read("04-signed-sha256-subscribe.bin");
        Assert.True(PublicKey.TryReadPem(Captures.ReadText("customer-a.pem"), out var key));
        Gen.Select(Gen.Int[4, capture.Length - 1], Gen.Byte[1, 255]).Sample((position, flip) =>
        {
            var datagram = capture.ToArray();
            datagram[position] ^= flip;
            Assert.False(SubscriptionPacketReader.TryRead(datagram, out var packet, out _) && packet.IsSigned
                && key.Verify(datagram.AsSpan(packet.SignedRange), datagram.AsSpan(packet.SignatureRange), [HashAlgorithmName.SHA256, HashAlgorithmName.SHA1]));
        }, iter: 300);
    }

    [Fact]
    public void Reader_DatagramOf4096Bytes_IsReadAndOneMoreIsNot()
    {
        Assert.True(SubscriptionPacketReader.TryRead(WithPadding(4096), out _, out var rejection), rejection.ToString());
        Assert.False(SubscriptionPacketReader.TryRead(WithPadding(4097), out _, out rejection));
        Assert.Equal(SubscriptionPacketRejection.TooLong, rejection);
    }

    [Theory]
    [InlineData("weight", "abc", SubscriptionPacketRejection.BadNumber)]
    [InlineData("weight", "-1", SubscriptionPacketRejection.BadNumber)]
    [InlineData("weight", "", SubscriptionPacketRejection.BadNumber)]
    [InlineData("weight", "18446744073709551616", SubscriptionPacketRejection.BadNumber)]
    [InlineData("weight", "18446744073709551615", SubscriptionPacketRejection.None)]
    [InlineData("modifier1", "256", SubscriptionPacketRejection.BadNumber)]
    [InlineData("proto", "ftp", SubscriptionPacketRejection.UnknownProtocol)]
    [InlineData("proto", "s", SubscriptionPacketRejection.UnknownProtocol)]
    [InlineData("proto", "h", SubscriptionPacketRejection.None)]
    [InlineData("algo", "anything", SubscriptionPacketRejection.None)]
    [InlineData("vassal", "", SubscriptionPacketRejection.BadVassal)]
    [InlineData("sni_key", "/only/half", SubscriptionPacketRejection.BadSni)]
    [InlineData("unknown", "is ignored", SubscriptionPacketRejection.None)]
    [InlineData("sign", "not with a time", SubscriptionPacketRejection.BadSignatureRecord)]
    public void Reader_Variable_IsJudged(string name, string value, SubscriptionPacketRejection expected)
    {
        SubscriptionPacketReader.TryRead(Datagram(("key", "example.com"), ("address", "127.0.0.1:3031"), (name, value)), out _, out var rejection);
        Assert.Equal(expected, rejection);
    }

    [Theory]
    [InlineData("example.com", true)]
    [InlineData(".example.com", true)]
    [InlineData("example.com:8080", true)]
    [InlineData("example.com/foo", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..com", false)]
    [InlineData("example.com.", false)]
    [InlineData("example..com", false)]
    [InlineData("exa mple.com", false)]
    [InlineData("example.com:0", false)]
    [InlineData("example.com:x", false)]
    [InlineData("example.com:99999", false)]
    [InlineData("exämple.com", false)]
    [InlineData("a\"b", false)]
    [InlineData("../../etc/passwd", false)]
    public void Reader_Key_FollowsTheGrammar(string key, bool isGood)
    {
        SubscriptionPacketReader.TryRead(Datagram(("key", key), ("address", "127.0.0.1:3031")), out _, out var rejection);
        Assert.Equal(isGood ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.BadKey, rejection);
    }

    [Fact]
    public void Reader_Key_MayHave255BytesAndNoMore()
    {
        Assert.True(SubscriptionPacketReader.TryRead(Datagram(("key", new string('a', 255)), ("address", "/s")), out _, out _));
        Assert.False(SubscriptionPacketReader.TryRead(Datagram(("key", new string('a', 256)), ("address", "/s")), out _, out var rejection));
        Assert.Equal(SubscriptionPacketRejection.BadKey, rejection);
    }

    [Theory]
    [InlineData("/run/app.sock", true)]
    [InlineData("127.0.0.1:3031", true)]
    [InlineData("[::1]:3031", true)]
    [InlineData(":3031", true)]
    [InlineData("localhost:3031", false)]
    [InlineData("relative.sock", false)]
    [InlineData("127.0.0.1:0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("/run/app sock", false)]
    public void Reader_Address_FollowsTheGrammar(string address, bool isGood)
    {
        SubscriptionPacketReader.TryRead(Datagram(("key", "example.com"), ("address", address)), out _, out var rejection);
        Assert.Equal(isGood ? SubscriptionPacketRejection.None : SubscriptionPacketRejection.BadAddress, rejection);
    }

    [Fact]
    public void Reader_HostIsFoldedAndPathIsNot()
    {
        Assert.True(SubscriptionPacketReader.TryRead(Datagram(("key", "WWW.Example.COM/Shop"), ("address", "/s")), out var packet, out _));
        Assert.Equal("www.example.com/Shop", packet.Key);
    }

    [Fact]
    public void Reader_DuplicateName_LastOneWins()
    {
        Assert.True(SubscriptionPacketReader.TryRead(Datagram(("key", "a.example"), ("address", "/s"), ("key", "b.example")), out var packet, out _));
        Assert.Equal("b.example", packet.Key);
    }

    [Fact]
    public void Reader_NotifyOf102Bytes_IsIgnored()
    {
        Assert.True(SubscriptionPacketReader.TryRead(Datagram(("key", "a.example"), ("address", "/s"), ("notify", "/" + new string('n', 101))), out var packet, out _));
        Assert.Null(packet.Notify);
    }

    [Fact]
    public void Reader_Junk_AllocatesNothing()
    {
        var junk = Datagram(("key", "example.com"), ("address", "nowhere"));
        SubscriptionPacketReader.TryRead(junk, out _, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            SubscriptionPacketReader.TryRead(junk, out _, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Gen<SubscriptionPacket> Packets { get; } =
        Gen.Select(Gen.Enum<SubscriptionCommand>(), Gen.Byte, Gen.Byte, Gen.ULong, Gen.Enum<UpstreamProtocol>(), Gen.Enum<BalancingAlgorithm>(), Gen.Bool, Gen.Int[1, 250])
            .Select((command, modifier1, modifier2, number, protocol, algorithm, flag, length) => new SubscriptionPacket
            {
                Command = command,
                Key = new string('k', length) + ".x",
                Address = flag ? "/run/" + new string('a', length) : "127.0.0.1:3031",
                Modifier1 = modifier1,
                Modifier2 = modifier2,
                Cores = number,
                Load = number / 2,
                Weight = Math.Max(1, number / 3),
                Backup = number % 7,
                Protocol = protocol,
                Algorithm = flag ? algorithm : null,
                Vassal = flag ? "vassal.ini" : null,
                Clear = flag,
                ForcesHttps = modifier2 > 100,
                Drains = modifier2 % 2 == 1,
                UnixSeconds = (long)(number % 2_000_000_000),
                Notify = flag ? "/run/notify" : null,
                Sni = flag ? new SniClaim("/key", "-----BEGIN CERTIFICATE-----\n…\n", "/ca", modifier1 > 100) : null,
            });

    private static byte[] WithPadding(int length)
    {
        var bare = Datagram(("key", "example.com"), ("address", "/s"), ("pad", ""));
        return Datagram(("key", "example.com"), ("address", "/s"), ("pad", new string('x', length - bare.Length)));
    }

    private static byte[] Datagram(params (string Name, string Value)[] variables)
    {
        var buffer = new byte[8192];
        var writer = new UwsgiVarWriter(buffer.AsSpan(4));
        foreach (var (name, value) in variables)
        {
            Assert.True(writer.TryWrite(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value)));
        }

        new UwsgiHeader(224, (ushort)writer.Written, 0).Write(buffer);
        return buffer[..(4 + writer.Written)];
    }
}
