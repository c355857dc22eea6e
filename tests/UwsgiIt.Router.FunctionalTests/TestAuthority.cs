using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>
/// No real authority: the smallest one that gives renewal information, which Debian's pebble 2.4 does not. Names count as proven; pebble's
/// tests are there for proofs, nonces and signatures.
/// </summary>
internal sealed class TestAuthority : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _issuer;
    private string _chain = "";
    private int _orders;
    private int _advised;

    private TestAuthority(int port, TestCertificates certificate)
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _issuer = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        Url = $"https://localhost:{port}";
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(certificate.Certificate)));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public string Url { get; }

    /// <summary>What each order said it replaces; null for nothing.</summary>
    public List<string?> Replaced { get; } = [];

    /// <summary>How often somebody asked when to renew.</summary>
    public int Advised => Volatile.Read(ref _advised);

    public static async Task<TestAuthority> StartAsync(TestCertificates certificate)
    {
        var authority = new TestAuthority(RouterEnvironment.FreePort(), certificate);
        await authority._app.StartAsync();
        return authority;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _issuer.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers["Replay-Nonce"] = Guid.NewGuid().ToString("N");
        var payload = await ReadAsync(context.Request);
        switch (context.Request.Path.Value)
        {
            case "/dir":
                await WriteAsync(response, new JsonObject { ["newNonce"] = Url + "/nonce", ["newAccount"] = Url + "/account", ["newOrder"] = Url + "/orders", ["renewalInfo"] = Url + "/renewal" });
                break;
            case "/account":
                response.StatusCode = 201;
                response.Headers.Location = Url + "/account/1";
                await WriteAsync(response, new JsonObject { ["status"] = "valid" });
                break;
            case "/orders":
                Replaced.Add(payload!["replaces"]?.GetValue<string>());
                _chain = "";
                response.StatusCode = 201;
                response.Headers.Location = Url + "/order";
                await WriteOrderAsync(response);
                break;
            case "/finalize":
                Sign(Base64Url.DecodeFromChars(payload!["csr"]!.GetValue<string>()));
                await WriteOrderAsync(response);
                break;
            case "/order":
                await WriteOrderAsync(response);
                break;
            case "/certificate":
                response.ContentType = "application/pem-certificate-chain";
                await response.WriteAsync(_chain);
                break;
            case { } path when path.StartsWith("/renewal/", StringComparison.Ordinal):
                // The first one is to be renewed at once, as after a mistake of the authority's; all others in time.
                var start = DateTimeOffset.UtcNow.AddDays(_orders == 1 ? -2 : 50);
                response.Headers.RetryAfter = "3600";
                await WriteAsync(response, new JsonObject { ["suggestedWindow"] = new JsonObject { ["start"] = start.ToString("O"), ["end"] = start.AddDays(1).ToString("O") } });
                Interlocked.Increment(ref _advised);
                break;
            default:
                break;
        }
    }

    private void Sign(byte[] csr)
    {
        var request = CertificateRequest.LoadSigningRequest(csr, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var certificate = request.Create(_issuer, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(90), [1, (byte)++_orders]);
        _chain = $"{certificate.ExportCertificatePem()}\n{_issuer.ExportCertificatePem()}\n";
    }

    private Task WriteOrderAsync(HttpResponse response) => WriteAsync(response, new JsonObject
    {
        ["status"] = _chain.Length > 0 ? "valid" : "ready",
        ["authorizations"] = new JsonArray(),
        ["finalize"] = Url + "/finalize",
        ["certificate"] = _chain.Length > 0 ? Url + "/certificate" : null,
    });

    private static Task WriteAsync(HttpResponse response, JsonObject body)
    {
        response.ContentType = "application/json";
        return response.WriteAsync(body.ToJsonString());
    }

    private static async Task<JsonNode?> ReadAsync(HttpRequest request)
    {
        if (request.Method != "POST" || (await JsonNode.ParseAsync(request.Body))!["payload"]!.GetValue<string>() is not { Length: > 0 } payload)
        {
            return null;
        }

        return JsonNode.Parse(Base64Url.DecodeFromChars(payload));
    }
}
