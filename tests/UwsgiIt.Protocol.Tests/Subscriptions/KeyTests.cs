using System.Security.Cryptography;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Protocol.Tests.Subscriptions;

public sealed class KeyTests
{
    public static TheoryData<string, bool> Forms
    {
        get
        {
            using var rsa = RSA.Create(2048);
            using var weak = RSA.Create(512);
            var pem = rsa.ExportSubjectPublicKeyInfoPem();
            return new TheoryData<string, bool>
            {
                { pem, true },
                { rsa.ExportRSAPublicKeyPem(), true },
                { pem.Replace("\n", "\r\n", StringComparison.Ordinal), true },
                { "some words before\n" + pem, true },
                { pem.TrimEnd(), true },
                { pem + "\n" + Captures.ReadText("customer-b.pem"), true },
                { Captures.ReadText("customer-ec.pem"), true },
                { pem.Replace("\n", "", StringComparison.Ordinal), false },
                { rsa.ExportPkcs8PrivateKeyPem(), false },
                { weak.ExportSubjectPublicKeyInfoPem(), false },
                { "", false },

                // A curve that OpenSSL does not know: found by the fuzzer, it used to throw.
                { "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj1DAQcDQgAEOjV0nrUXNpFvDmV5uyjH1kvndsQr\nmKkPoHpG+JgUEZkGXg9t/k6CSzKteOdVsXzy29Nih3DWwa8DrKw0JSBXRgBXRg==\n-----END PUBLIC KEY-----\n", false },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void PublicKey_PemForm_IsTakenOrRefused(string pem, bool isGood) => Assert.Equal(isGood, PublicKey.TryReadPem(pem, out _));

    [Theory]
    [InlineData("www.example.com", "www.example.com.pem")]
    [InlineData("www.example.com:8080", "www.example.com_8080.pem")]
    [InlineData(".example.com", ".example.com.pem")]
    [InlineData("../../etc/passwd", ".._.._etc_passwd.pem")]
    public void FileName_IsSanitised(string key, string expected) => Assert.Equal(expected, PublicKey.FileName(key));

    [Theory]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void Signer_AndPublicKey_Agree(string digest)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var (secret, open) in new[]
        {
            (rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem()),
            (rsa.ExportRSAPrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem()),
            (ec.ExportECPrivateKeyPem(), ec.ExportSubjectPublicKeyInfoPem()),
        })
        {
            var name = new HashAlgorithmName(digest);
            using var signer = SubscriptionSigner.FromPem(secret, name);
            Assert.True(PublicKey.TryReadPem(open, out var key));
            var datagram = SubscriptionPacketWriter.Write(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "a.example", Address = "/s", UnixSeconds = 1 }, signer);
            Assert.True(SubscriptionPacketReader.TryRead(datagram, out var packet, out _));
            Assert.True(key.Verify(datagram.AsSpan(packet.SignedRange), datagram.AsSpan(packet.SignatureRange), [HashAlgorithmName.SHA1, name]));
            Assert.False(key.Verify(datagram.AsSpan(packet.SignedRange), [1, 2, 3], [name]));
        }
    }

    [Fact]
    public void Signer_NotAPrivateKey_Throws() => Assert.Throws<CryptographicException>(() => SubscriptionSigner.FromPem(Captures.ReadText("customer-a.pem").AsSpan()[..20], HashAlgorithmName.SHA256));

    [Fact]
    public void Writer_TooLong_Throws() => Assert.Throws<ArgumentException>(() =>
        SubscriptionPacketWriter.Write(new SubscriptionPacket { Command = SubscriptionCommand.Subscribe, Key = "a.example", Sni = new SniClaim(new string('k', 3000), new string('c', 3000), null, false) }));
}
