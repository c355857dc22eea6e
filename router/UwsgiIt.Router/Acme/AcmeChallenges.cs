using System.Diagnostics;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Acme;

/// <summary>Puts answers to challenges where an authority finds them, and finds them for it. They lie in the store: the authority may ask the other router.</summary>
internal sealed class AcmeChallenges(IOptions<AcmeOptions> options, AcmeStore store)
{
    // RFC 8737, 3: id-pe-acmeIdentifier.
    private const string IdentifierExtension = "1.3.6.1.5.5.7.1.31";
    private const int MaxTokenChars = 256;
    private const string AlpnPrefix = "alpn-";
    private static readonly TimeSpan HookTimeout = TimeSpan.FromMinutes(3);

    /// <summary>The challenge's name in the protocol.</summary>
    public string Type => options.Value.Challenge switch
    {
        AcmeChallengeType.TlsAlpn01 => "tls-alpn-01",
        AcmeChallengeType.Dns01 => "dns-01",
        _ => "http-01",
    };

    /// <summary>Has the answer in place when it completes.</summary>
    public async Task PresentAsync(string name, string token, string authorization, CancellationToken cancellationToken)
    {
        switch (options.Value.Challenge)
        {
            case AcmeChallengeType.TlsAlpn01:
                store.SaveChallenge(AlpnPrefix + name, MakeCertificate(name, authorization));
                break;
            case AcmeChallengeType.Dns01:
                await RunHookAsync("present", name, authorization, cancellationToken);
                break;
            default:
                store.SaveChallenge(IsToken(token) ? token : throw new AcmeException("malformed", "the challenge's token is none"), authorization);
                break;
        }
    }

    public async Task CleanUpAsync(string name, string token, string authorization)
    {
        switch (options.Value.Challenge)
        {
            case AcmeChallengeType.TlsAlpn01:
                store.DeleteChallenge(AlpnPrefix + name);
                break;
            case AcmeChallengeType.Dns01:
                await RunHookAsync("cleanup", name, authorization, CancellationToken.None);
                break;
            default:
                store.DeleteChallenge(token);
                break;
        }
    }

    /// <summary>What a request for this token is answered with, or null.</summary>
    public string? FindHttp(string token) => IsToken(token) ? store.LoadChallenge(token) : null;

    /// <summary>The certificate for a challenge's handshake under this name, or null.</summary>
    public X509Certificate2? FindAlpn(string name)
    {
        if (store.LoadChallenge(AlpnPrefix + name) is not { } pem)
        {
            return null;
        }

        using var pair = X509Certificate2.CreateFromPem(pem, pem);
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    private static bool IsToken(string token) => token.Length is > 0 and <= MaxTokenChars && token.All(static value => char.IsAsciiLetterOrDigit(value) || value is '-' or '_');

    private static string MakeCertificate(string name, string authorization)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=ACME challenge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var value = new AsnWriter(AsnEncodingRules.DER);
        value.WriteOctetString(SHA256.HashData(Encoding.ASCII.GetBytes(authorization)));
        request.CertificateExtensions.Add(new X509Extension(IdentifierExtension, value.Encode(), critical: true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        return $"{key.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n";
    }

    private async Task RunHookAsync(string verb, string name, string authorization, CancellationToken cancellationToken)
    {
        var value = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(authorization)));
        var start = new ProcessStartInfo(options.Value.DnsHook!, [verb, $"_acme-challenge.{name}", value]) { RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start) ?? throw new AcmeException("hook", "it cannot be started");
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(HookTimeout);
        try
        {
            var error = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            if (process.ExitCode != 0)
            {
                throw new AcmeException("hook", $"{verb} ended with {process.ExitCode}: {string.Concat(error.ReplaceLineEndings(" ").Take(300))}");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
