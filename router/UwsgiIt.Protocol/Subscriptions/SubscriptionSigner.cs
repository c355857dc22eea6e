using System.Security.Cryptography;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>A customer's private key with the digest to sign with.</summary>
public sealed class SubscriptionSigner : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private readonly HashAlgorithmName _digest;

    private SubscriptionSigner(RSA? rsa, ECDsa? ecdsa, HashAlgorithmName digest)
    {
        _rsa = rsa;
        _ecdsa = ecdsa;
        _digest = digest;
    }

    /// <summary>Loads an unencrypted PEM key: PKCS#1, PKCS#8 or EC. Throws <see cref="CryptographicException"/> when it is none of these.</summary>
    public static SubscriptionSigner FromPem(ReadOnlySpan<char> pem, HashAlgorithmName digest)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new SubscriptionSigner(rsa, null, digest);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            // Not an RSA key; the EC reader has the last word on what is wrong.
            rsa.Dispose();
        }

        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            return new SubscriptionSigner(null, ecdsa, digest);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            ecdsa.Dispose();
            throw new CryptographicException("The private key is not an unencrypted PEM key of RSA or EC.", e);
        }
    }

    /// <summary>Signature over <paramref name="signedBytes"/>: PKCS#1 v1.5 for RSA, ASN.1 DER ECDSA for EC.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signedBytes) => _rsa is not null
        ? _rsa.SignData(signedBytes, _digest, RSASignaturePadding.Pkcs1)
        : _ecdsa!.SignData(signedBytes, _digest, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc />
    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }
}
