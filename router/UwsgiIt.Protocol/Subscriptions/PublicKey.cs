using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace UwsgiIt.Protocol.Subscriptions;

/// <summary>The key that verifies a customer's packets. Safe to use from one thread at a time.</summary>
public sealed class PublicKey : IDisposable
{
    /// <summary>Smallest RSA modulus accepted, in bits. Ours: smaller ones are broken in practice.</summary>
    public const int MinRsaBits = 1024;

    /// <summary>Largest RSA modulus accepted, in bits. Ours: bounds the cost of one verification.</summary>
    public const int MaxRsaBits = 8192;

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private PublicKey(RSA? rsa, ECDsa? ecdsa)
    {
        _rsa = rsa;
        _ecdsa = ecdsa;
        Fingerprint = Convert.ToHexString(SHA256.HashData(rsa?.ExportSubjectPublicKeyInfo() ?? ecdsa!.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>
    /// Reads <c>PUBLIC KEY</c> or <c>RSA PUBLIC KEY</c>. Leading garbage, CRLF and a missing last newline are tolerated; of several keys the
    /// first counts; certificates, private keys and single-line PEM are refused (the original's reader does the same).
    /// </summary>
    public static bool TryReadPem(ReadOnlySpan<char> pem, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        while (PemEncoding.TryFind(pem, out var fields))
        {
            var label = pem[fields.Label];
            var body = pem[fields.Location];
            if (label is "PUBLIC KEY" or "RSA PUBLIC KEY")
            {
                return body.ContainsAny('\r', '\n') && TryImport(body, out key);
            }

            pem = pem[fields.Location.End..];
        }

        return false;
    }

    /// <summary>True when <paramref name="signature"/> holds over <paramref name="signedBytes"/> with one of <paramref name="digests"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature, ReadOnlySpan<HashAlgorithmName> digests)
    {
        foreach (var digest in digests)
        {
            try
            {
                if (_rsa is not null
                    ? _rsa.VerifyData(signedBytes, signature, digest, RSASignaturePadding.Pkcs1)
                    : _ecdsa!.VerifyData(signedBytes, signature, digest, DSASignatureFormat.Rfc3279DerSequence))
                {
                    return true;
                }
            }
            catch (CryptographicException)
            {
                // A signature of the wrong length or shape is only another way of not matching.
            }
        }

        return false;
    }

    /// <summary>SHA-256 of the key (SubjectPublicKeyInfo) in hexadecimal: the same for all names of a customer.</summary>
    public string Fingerprint { get; }

    /// <summary>File name of the key for <paramref name="subscriptionKey"/>: characters outside A-Z a-z 0-9 . - _ become '_', then ".pem".</summary>
    public static string FileName(string subscriptionKey)
    {
        ArgumentNullException.ThrowIfNull(subscriptionKey);
        return string.Concat(Sanitise(subscriptionKey), ".pem");
    }

    /// <summary>The part of a key that names its key file when mountpoints are on: everything before the first '/'.</summary>
    public static string DomainPart(string subscriptionKey)
    {
        ArgumentNullException.ThrowIfNull(subscriptionKey);
        var slash = subscriptionKey.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? subscriptionKey : subscriptionKey[..slash];
    }

    /// <summary>The key with every character outside A-Z a-z 0-9 . - _ replaced by '_': safe as a file name, for it can hold no '/'.</summary>
    public static string Sanitise(string subscriptionKey)
    {
        ArgumentNullException.ThrowIfNull(subscriptionKey);
        return string.Create(subscriptionKey.Length, subscriptionKey, static (name, source) =>
        {
            for (var i = 0; i < name.Length; i++)
            {
                name[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] is '.' or '-' or '_' ? source[i] : '_';
            }
        });
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    private static bool TryImport(ReadOnlySpan<char> pem, [NotNullWhen(true)] out PublicKey? key)
    {
        var rsa = RSA.Create();
        if (Try(rsa, pem))
        {
            key = rsa.KeySize is >= MinRsaBits and <= MaxRsaBits ? new PublicKey(rsa, null) : null;
            return key is not null;
        }

        rsa.Dispose();
        var ecdsa = ECDsa.Create();
        if (Try(ecdsa, pem))
        {
            key = new PublicKey(null, ecdsa);
            return true;
        }

        ecdsa.Dispose();
        key = null;
        return false;
    }

    private static bool Try(AsymmetricAlgorithm algorithm, ReadOnlySpan<char> pem)
    {
        try
        {
            algorithm.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
