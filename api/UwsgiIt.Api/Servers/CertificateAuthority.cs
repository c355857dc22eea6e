using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>Our own authority: it signs the client certificates of hosts and the certificate of our TLS listener.</summary>
internal sealed partial class CertificateAuthority(ApiContextFactory factory, IOptions<ListenerOptions> listener, TimeProvider time, ILogger<CertificateAuthority> logger) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);
    private readonly Lock _lock = new();
    private X509Certificate2? _authority; // with its key
    private X509Certificate2? _own; // guarded by _lock

    /// <summary>How long a host's certificate lives.</summary>
    public static TimeSpan HostLifetime { get; } = TimeSpan.FromDays(365);

    /// <summary>PEM of the authority, for hosts to verify us with.</summary>
    public string CertificatePem => Authority.ExportCertificatePem();

    /// <summary>Our TLS certificate, made anew when it gets old.</summary>
    public X509Certificate2 OwnCertificate
    {
        get
        {
            lock (_lock)
            {
                if (_own is null || _own.NotAfter.ToUniversalTime() < time.GetUtcNow().UtcDateTime + RenewBefore)
                {
                    _own = MakeOwn();
                }

                return _own;
            }
        }
    }

    private X509Certificate2 Authority => _authority ?? throw new InvalidOperationException("The authority is not loaded yet.");

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var db = factory.CreateForEveryone();
        await using var transaction = await db.BeginExclusiveAsync(cancellationToken);
        var stored = await db.Authorities.FirstOrDefaultAsync(cancellationToken);
        if (stored is null)
        {
            stored = Make();
            db.Authorities.Add(stored);
            await db.SaveChangesAsync(cancellationToken);
            await db.Database.CommitTransactionAsync(cancellationToken);
            Log.Made(logger);
        }

        _authority = X509Certificate2.CreateFromPem(stored.Certificate, stored.PrivateKey);
    }

    /// <summary>True for a certificate of ours that is valid now.</summary>
    public bool Accepts(X509Certificate2 certificate, bool evenExpired = false)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (evenExpired)
        {
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        }

        return chain.Build(certificate);
    }

    /// <summary>A client certificate for the key of this request.</summary>
    /// <exception cref="CryptographicException">The request is malformed or not signed by its key.</exception>
    public X509Certificate2 Sign(string requestPem, string name)
    {
        var request = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1);

        // Only the key is taken from the request: name and purpose are ours to say.
        var issued = new CertificateRequest(new X500DistinguishedName($"CN={EscapeName(name)}"), request.PublicKey, HashAlgorithmName.SHA256);
        return Issue(issued, ClientAuthentication, HostLifetime);
    }

    public void Dispose()
    {
        _authority?.Dispose();
        _own?.Dispose();
    }

    internal static string FingerprintOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    private static string EscapeName(string name) => string.Concat(name.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or ' '));

    private Authority Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=UwsgiIt hosts", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now + AuthorityLifetime);
        return new Authority { Certificate = certificate.ExportCertificatePem(), PrivateKey = key.ExportPkcs8PrivateKeyPem() };
    }

    private X509Certificate2 MakeOwn()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=UwsgiIt api", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in listener.Value.EffectiveNames)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        using var issued = Issue(request, ServerAuthentication, TimeSpan.FromDays(365));
        using var joined = issued.CopyWithPrivateKey(key);

        // TLS on Linux wants a key that is not ephemeral in the pkcs12 sense.
        return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), null);
    }

    private X509Certificate2 Issue(CertificateRequest request, string purpose, TimeSpan lifetime)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        var now = time.GetUtcNow();
        var end = now + lifetime;
        var last = new DateTimeOffset(Authority.NotAfter.ToUniversalTime());
        return request.Create(Authority, now.AddMinutes(-5), end < last ? end : last, RandomNumberGenerator.GetBytes(16));
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.AuthorityMade, LogLevel.Information, "Made the certificate authority of hosts.")]
        public static partial void Made(ILogger logger);
    }
}
