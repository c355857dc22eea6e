using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using static UwsgiIt.Router.Tls.NativeCrypto;
using static UwsgiIt.Router.Tls.NativeSsl;

namespace UwsgiIt.Router.Tls;

/// <summary>
/// Certificate, key, chain and the authorities of clients as OpenSSL knows them. Each holds a reference of its own to what the runtime parsed;
/// connections take theirs, so that a renewal pulls nothing from under them.
/// </summary>
internal sealed class OpenSslCertificate : SafeHandle
{
    private readonly SafeEvpPKeyHandle _key;
    private readonly nint[] _authorities;
    private nint _chain;
    private nint _store;
    private readonly nint[] _issuers;

    /// <summary>Throws <see cref="CryptographicException"/> when a key is of a kind that TLS has no use for.</summary>
    public OpenSslCertificate(X509Certificate2 leaf, X509Certificate2Collection chain, X509Certificate2Collection? authorities)
        : base(0, ownsHandle: true)
    {
        _key = DuplicateKey(leaf);
        handle = Reference(leaf);
        _issuers = [.. chain.Select(Reference)];
        _authorities = [.. authorities?.Select(Reference) ?? []];
        if (_issuers.Length > 0)
        {
            _chain = OPENSSL_sk_new_null();
            foreach (var issuer in _issuers)
            {
                _ = OPENSSL_sk_push(_chain, issuer);
            }
        }

        if (_authorities.Length > 0)
        {
            _store = X509_STORE_new();
            foreach (var authority in _authorities)
            {
                _ = X509_STORE_add_cert(_store, authority);
            }
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Has a connection use it; false with the library's error on this thread.</summary>
    public bool TryUse(nint ssl, bool clientCertificateRequired)
    {
        var isHeld = false;
        try
        {
            // Not collected while the library takes its references.
            DangerousAddRef(ref isHeld);
            if (SSL_use_cert_and_key(ssl, handle, _key.DangerousGetHandle(), _chain, 1) != 1)
            {
                return false;
            }

            return _store == 0 || AskForClientCertificate(ssl, clientCertificateRequired);
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    protected override bool ReleaseHandle()
    {
        OPENSSL_sk_free(_chain);
        X509_STORE_free(_store);
        foreach (var certificate in _issuers.Concat(_authorities).Append(handle))
        {
            X509_free(certificate);
        }

        _key.Dispose();
        return true;
    }

    private bool AskForClientCertificate(nint ssl, bool required)
    {
        SSL_set_verify(ssl, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), 0);

        // 1: the connection takes a reference.
        return SSL_ctrl(ssl, SSL_CTRL_SET_VERIFY_CERT_STORE, 1, _store) == 1 && Array.TrueForAll(_authorities, authority => SSL_add_client_CA(ssl, authority) == 1);
    }

    private static nint Reference(X509Certificate2 certificate)
    {
        var pointer = certificate.Handle;
        _ = X509_up_ref(pointer);
        GC.KeepAlive(certificate);
        return pointer;
    }

    private static SafeEvpPKeyHandle DuplicateKey(X509Certificate2 leaf)
    {
        using var rsa = leaf.GetRSAPrivateKey();
        using var ecdsa = rsa is null ? leaf.GetECDsaPrivateKey() : null;
        return (rsa, ecdsa) switch
        {
            (RSAOpenSsl known, _) => known.DuplicateKeyHandle(),
            (_, ECDsaOpenSsl known) => known.DuplicateKeyHandle(),
            _ => throw new CryptographicException("its key is neither RSA nor ECDSA"),
        };
    }
}
