using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>The key that verifies a customer's packets. Safe to use from one thread at a time.</summary>
public sealed class PublicKey : IDisposable
{
    /// <summary>
    /// Reads <c>PUBLIC KEY</c> or <c>RSA PUBLIC KEY</c>. Leading garbage, CRLF and a missing last newline are tolerated; of several keys the
    /// first counts; certificates, private keys and single-line PEM are refused.
    /// </summary>
    public static bool TryReadPem(ReadOnlySpan<char> pem, [NotNullWhen(true)] out PublicKey? key)
        => throw new NotImplementedException();

    /// <summary>True when <paramref name="signature"/> holds over <paramref name="signedBytes"/> with one of <paramref name="digests"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature, ReadOnlySpan<HashAlgorithmName> digests)
        => throw new NotImplementedException();

    /// <summary>File name of the key for <paramref name="subscriptionKey"/>: bytes outside A-Z a-z 0-9 . - _ become '_', then ".pem".</summary>
    public static string FileName(string subscriptionKey) => throw new NotImplementedException();

    /// <inheritdoc />
    public void Dispose() => throw new NotImplementedException();
}
