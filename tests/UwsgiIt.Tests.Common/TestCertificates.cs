using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UwsgiIt.Tests.Common;

/// <summary>Throw-away certificates.</summary>
public sealed class TestCertificates
{
    private TestCertificates(X509Certificate2 certificate, string certificatePem, string keyPem)
    {
        Certificate = certificate;
        CertificatePem = certificatePem;
        KeyPem = keyPem;
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificatePem { get; }

    public string KeyPem { get; }

    /// <summary>A server certificate for these names, valid from <paramref name="notBefore"/> (default: yesterday) for a month.</summary>
    public static TestCertificates Server(DateTimeOffset? notBefore = null, params string[] names) => Make(names[0], null, notBefore ?? DateTimeOffset.UtcNow.AddDays(-1), names, isAuthority: false);

    public static TestCertificates Server(params string[] names) => Server(null, names);

    public static TestCertificates Authority(string name) => Make(name, null, DateTimeOffset.UtcNow.AddDays(-2), [], isAuthority: true);

    /// <summary>A client certificate of this authority.</summary>
    public TestCertificates Client(string name) => Make(name, this, DateTimeOffset.UtcNow.AddDays(-1), [], isAuthority: false);

    /// <summary>A server certificate of this authority.</summary>
    public TestCertificates Issue(params string[] names) => Make(names[0], this, DateTimeOffset.UtcNow.AddDays(-1), names, isAuthority: false);

    /// <summary>The same for the ninety days that public authorities give, with the responder that tells whether it still holds.</summary>
    public TestCertificates IssueFor90Days(string responder, params string[] names) => Make(names[0], this, DateTimeOffset.UtcNow.AddDays(-1), names, isAuthority: false, days: 90, responder: responder);

    private static TestCertificates Make(string name, TestCertificates? issuer, DateTimeOffset notBefore, string[] names, bool isAuthority, int days = 30, string? responder = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The text is read from its end: this encodes C, O, CN in that order, as openssl does.
        var request = new CertificateRequest($"CN={name}, O=Acme, C=IT", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var alternative in names)
            {
                alternatives.AddDnsName(alternative);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }
        else if (!isAuthority)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        }

        if (responder is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([responder], null));
        }

        // An authority outlives what it signs.
        var notAfter = notBefore.AddDays(isAuthority ? 365 : days);
        if (issuer is null)
        {
            using var self = request.CreateSelfSigned(notBefore, notAfter);
            return With(self, key);
        }

        using var signed = request.Create(issuer.Certificate, notBefore, notAfter, SerialNumber());
        return With(signed, key);
    }

    // Without a sign and without leading zeros: some write them, some do not.
    private static byte[] SerialNumber()
    {
        var number = RandomNumberGenerator.GetBytes(8);
        number[0] = (byte)((number[0] & 0x3f) | 0x40);
        return number;
    }

    private static TestCertificates With(X509Certificate2 certificate, ECDsa key)
    {
        var certificatePem = certificate.ExportCertificatePem();
        var keyPem = key.ExportPkcs8PrivateKeyPem();
        using var joined = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        return new TestCertificates(X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), null), certificatePem, keyPem);
    }
}
