using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using UwsgiIt.Router.Tls;

namespace UwsgiIt.Router.Certificates;

/// <summary>A parsed certificate ready for handshakes, with the authorities of its clients.</summary>
internal sealed class CertificateMaterial
{
    // Ours: chains are two or three long; arbitrary, may grow.
    private const int MaxChain = 16;

    private readonly X509Certificate2Collection _chain;
    private readonly X509Certificate2Collection? _authorities;
    private SslServerAuthenticationOptions? _authentication;
    private OpenSslCertificate? _openSsl;
    private byte[]? _sessionIdContext;

    private CertificateMaterial(X509Certificate2 leaf, X509Certificate2Collection chain, X509Certificate2Collection? authorities, bool clientCertificateRequired)
    {
        Leaf = leaf;
        _chain = chain;
        _authorities = authorities;
        ClientCertificateRequired = clientCertificateRequired;
        Staple = OcspStaple.Of(leaf, chain);
    }

    public X509Certificate2 Leaf { get; }

    public bool ClientCertificateRequired { get; }

    /// <summary>What its authority's responder says of it; null when there is nobody to ask.</summary>
    public OcspStaple? Staple { get; }

    /// <summary>For SslStream. Shared by all handshakes of the name; never changed.</summary>
    public SslServerAuthenticationOptions Authentication => LazyInitializer.EnsureInitialized(ref _authentication, () => CreateAuthentication(Leaf, _chain, _authorities, ClientCertificateRequired));

    /// <summary>32 bytes that tell this certificate's sessions from all others', in every process: a renewed one begins anew.</summary>
    public ReadOnlySpan<byte> SessionIdContext => _sessionIdContext ??= Leaf.GetCertHash(HashAlgorithmName.SHA256);

    /// <summary>For OpenSSL, shared likewise. Throws <see cref="CryptographicException"/>.</summary>
    public OpenSslCertificate OpenSsl => LazyInitializer.EnsureInitialized(ref _openSsl, () => new OpenSslCertificate(Leaf, _chain, _authorities));

    /// <summary>Builds the material; <paramref name="problem"/> says why it cannot be used. Name null skips the check of names.</summary>
    public static bool TryCreate(string? name, string certificatePem, string keyPem, string? clientCaPem, bool clientCertificateRequired, DateTimeOffset now, [NotNullWhen(true)] out CertificateMaterial? material, out string problem)
    {
        material = null;
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificatePem);
            if (chain.Count is 0 or > MaxChain)
            {
                problem = $"it holds {chain.Count} certificates";
                return false;
            }

            // Throws when the key is not the certificate's.
            var leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            if (name is not null && !Covers(leaf, name))
            {
                problem = "it does not cover the name";
                return false;
            }

            if (leaf.NotAfter.ToUniversalTime() < now)
            {
                problem = $"it expired on {leaf.NotAfter.ToUniversalTime():yyyy-MM-dd}";
                return false;
            }

            chain.RemoveAt(0);
            var authorities = clientCaPem is null ? null : ReadAuthorities(clientCaPem);
            material = new CertificateMaterial(leaf, chain, authorities, clientCertificateRequired);
            problem = "";
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            problem = e.Message.TrimEnd('.');
            return false;
        }
    }

    /// <summary>True when a client that asks for <paramref name="name"/> would accept it; a wildcard key stands for any one name below.</summary>
    public static bool Covers(X509Certificate2 certificate, string name) =>
        certificate.MatchesHostname(name.StartsWith('.') ? string.Concat("any", name) : name, allowWildcards: true, allowCommonName: true);

    private static X509Certificate2Collection ReadAuthorities(string pem)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(pem);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("The client CA holds no certificate.");
    }

    private static SslServerAuthenticationOptions CreateAuthentication(X509Certificate2 leaf, X509Certificate2Collection chain, X509Certificate2Collection? authorities, bool required)
    {
        var options = new SslServerAuthenticationOptions
        {
            // Offline: no handshake ever waits for a download of ours.
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        if (authorities is not null)
        {
            // A resumed session would carry one name's client certificate into another's.
            options.AllowTlsResume = false;
            options.AllowRenegotiation = false;
            options.ClientCertificateRequired = true;
            options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 client ? IsIssuedBy(client, authorities) : certificate is null && !required;
        }

        return options;
    }

    private static bool IsIssuedBy(X509Certificate2 client, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(client);
    }
}
