using System.Security.Cryptography;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>A customer's private key with the digest to sign with.</summary>
public sealed class SubscriptionSigner : IDisposable
{
    /// <summary>Loads an unencrypted PEM key: PKCS#1, PKCS#8 or EC. Throws <see cref="CryptographicException"/> when it is none of these.</summary>
    public static SubscriptionSigner FromPem(ReadOnlySpan<char> pem, HashAlgorithmName digest)
        => throw new NotImplementedException();

    /// <summary>Signature over <paramref name="signedBytes"/>: PKCS#1 v1.5 for RSA, ASN.1 DER ECDSA for EC.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signedBytes) => throw new NotImplementedException();

    /// <inheritdoc />
    public void Dispose() => throw new NotImplementedException();
}
