using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Buffers.Text;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;

namespace UwsgiIt.Router.Acme;

/// <summary>
/// One certificate: 1 account, 2 order, 3 prove the name, 4 send the request, 5 wait, 6 fetch, 7 see that it is what was asked for. What
/// comes back is key and chain in PEM; keeping them is the caller's.
/// </summary>
internal sealed class AcmeIssuer(IOptions<AcmeOptions> options, AcmeStore store, AcmeChallenges challenges, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _setUp = new(1);
    private HttpClient? _http;
    private AcmeClient? _client;

    public async Task<(string KeyPem, string ChainPem)> OrderAsync(string name, X509Certificate2? replaced, CancellationToken cancellationToken)
    {
        // 1.
        var client = await ConnectAsync(cancellationToken);

        // 2.
        var order = await NewOrderAsync(client, name, replaced, cancellationToken);
        var orderUrl = order.Location ?? throw new AcmeException("malformed", "the order has no address");

        // 3.
        foreach (var authorization in AcmeAnswer.Items(order.Body, "authorizations"))
        {
            await ProveAsync(client, authorization.GetString() ?? "", cancellationToken);
        }

        var ready = await client.PollAsync(orderUrl, static status => status == "pending", cancellationToken);
        if (AcmeAnswer.Member(ready, "status") == "invalid")
        {
            throw Refused(ready);
        }

        // 4.
        using var key = CreateKey();
        var request = new JsonObject { ["csr"] = Base64Url.EncodeToString(CreateRequest(name, key)) };
        await client.PostAsync(AcmeAnswer.Member(ready, "finalize"), request, cancellationToken);

        // 5.
        var final = await client.PollAsync(orderUrl, static status => status is "processing" or "ready", cancellationToken);
        if (AcmeAnswer.Member(final, "status") != "valid")
        {
            throw Refused(final);
        }

        // 6.
        var chain = (await client.PostAsync(AcmeAnswer.Member(final, "certificate"), null, cancellationToken)).Text;

        // 7.
        var keyPem = key is ECDsa ec ? ec.ExportPkcs8PrivateKeyPem() : ((RSA)key).ExportPkcs8PrivateKeyPem();
        return CertificateMaterial.TryCreate(name.TrimStart('*'), chain, keyPem, null, false, time.GetUtcNow(), out _, out var problem)
            ? (keyPem, chain)
            : throw new AcmeException("badCertificate", $"what came cannot be used: {problem}");
    }

    /// <summary>When the authority would have this certificate renewed (RFC 9773); the window is null where it does not say.</summary>
    public async Task<(DateTimeOffset? Start, DateTimeOffset? End, TimeSpan? RetryAfter)> AdviseAsync(X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(cancellationToken);
        if (await client.FindAsync("renewalInfo", cancellationToken) is not { } url || IdOf(certificate) is not { } id)
        {
            return default;
        }

        var (body, retryAfter) = await client.GetAsync($"{url.TrimEnd('/')}/{id}", cancellationToken);
        return body.ValueKind == JsonValueKind.Object && body.TryGetProperty("suggestedWindow", out var window)
            && DateTimeOffset.TryParse(AcmeAnswer.Member(window, "start"), out var start) && DateTimeOffset.TryParse(AcmeAnswer.Member(window, "end"), out var end)
            ? (start, end, retryAfter)
            : (null, null, retryAfter);
    }

    /// <summary>A certificate's name in renewal information: its issuer's key and its serial number (RFC 9773, 4.1).</summary>
    public static string? IdOf(X509Certificate2 certificate)
    {
        var authority = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        return authority is null ? null : $"{Base64Url.EncodeToString(authority.Value.Span)}.{Base64Url.EncodeToString(certificate.SerialNumberBytes.Span)}";
    }

    public void Dispose()
    {
        _http?.Dispose();
        _setUp.Dispose();
    }

    private async Task<AcmeClient> ConnectAsync(CancellationToken cancellationToken)
    {
        await _setUp.WaitAsync(cancellationToken);
        try
        {
            if (_client is not null)
            {
                return _client;
            }

            // Under a lock: two routers on one folder are one account.
            using var held = await LockAccountAsync(cancellationToken);
            _http ??= CreateHttp();
            var client = new AcmeClient(_http, options.Value.Authority!, store.LoadAccountKey(), time) { Account = store.LoadAccount(options.Value.Authority!) };
            if (client.Account is null)
            {
                var binding = options.Value is { BindingKeyId: { } id, BindingKeyFile: { } file } ? (id, Base64Url.DecodeFromChars((await File.ReadAllTextAsync(file, cancellationToken)).Trim())) : ((string, byte[])?)null;
                await client.RegisterAsync(options.Value.Contacts, binding, cancellationToken);
                store.SaveAccount(options.Value.Authority!, client.Account!);
            }

            return _client = client;
        }
        finally
        {
            _setUp.Release();
        }
    }

    private async Task<IDisposable> LockAccountAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (store.TryLock("account") is { } held)
            {
                return held;
            }

            await Task.Delay(LockPause, time, cancellationToken);
        }
    }

    private async Task<AcmeAnswer> NewOrderAsync(AcmeClient client, string name, X509Certificate2? replaced, CancellationToken cancellationToken)
    {
        var url = await client.FindAsync("newOrder", cancellationToken) ?? throw new AcmeException("malformed", "the authority takes no orders");
        var order = new JsonObject { ["identifiers"] = new JsonArray(new JsonObject { ["type"] = "dns", ["value"] = name }) };
        if (replaced is not null && IdOf(replaced) is { } id && await client.FindAsync("renewalInfo", cancellationToken) is not null)
        {
            order["replaces"] = id;
        }

        try
        {
            return await client.PostAsync(url, order, cancellationToken);
        }
        catch (AcmeException e) when (e.Type == "alreadyReplaced" && order.Remove("replaces"))
        {
            // Somebody's order for it was finished after all; ours stands on its own.
            return await client.PostAsync(url, order, cancellationToken);
        }
        catch (AcmeException e) when (e.Type == "accountDoesNotExist")
        {
            // The authority has forgotten us: the next attempt registers anew.
            store.SaveAccount("", "");
            _client = null;
            throw;
        }
    }

    private async Task ProveAsync(AcmeClient client, string url, CancellationToken cancellationToken)
    {
        var authorization = (await client.PostAsync(url, null, cancellationToken)).Body;
        if (AcmeAnswer.Member(authorization, "status") == "valid")
        {
            return;
        }

        var challenge = AcmeAnswer.Items(authorization, "challenges").FirstOrDefault(item => AcmeAnswer.Member(item, "type") == challenges.Type);
        var token = AcmeAnswer.Member(challenge, "token");
        if (token.Length == 0)
        {
            throw new AcmeException("unsupported", $"the authority offers no {challenges.Type}");
        }

        var name = authorization.TryGetProperty("identifier", out var identifier) ? AcmeAnswer.Member(identifier, "value") : "";
        if (!AcmeNames.IsOrderable(name))
        {
            throw new AcmeException("malformed", "the authorization is for no name");
        }

        var answer = client.KeyAuthorization(token);
        await challenges.PresentAsync(name, token, answer, cancellationToken);
        try
        {
            await client.PostAsync(AcmeAnswer.Member(challenge, "url"), [], cancellationToken);
            var proven = await client.PollAsync(url, static status => status == "pending", cancellationToken);
            if (AcmeAnswer.Member(proven, "status") != "valid")
            {
                var failed = AcmeAnswer.Items(proven, "challenges").FirstOrDefault(static item => item.TryGetProperty("error", out _));
                throw Refused(failed.ValueKind == JsonValueKind.Object ? failed : proven);
            }
        }
        finally
        {
            await challenges.CleanUpAsync(name, token, answer);
        }
    }

    private static AcmeException Refused(JsonElement resource) =>
        resource.ValueKind == JsonValueKind.Object && resource.TryGetProperty("error", out var error) ? AcmeClient.Problem(error, 0, null) : new AcmeException("invalid", "the authority gave no reason");

    private AsymmetricAlgorithm CreateKey() => options.Value.Key switch
    {
        AcmeKeyKind.Rsa2048 => RSA.Create(2048),
        AcmeKeyKind.P384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => ECDsa.Create(ECCurve.NamedCurves.nistP256),
    };

    private static byte[] CreateRequest(string name, AsymmetricAlgorithm key)
    {
        // No subject: the name is in the extension, and a common name has room for 64 characters only.
        var subject = new X500DistinguishedName("");
        var request = key is ECDsa ec ? new CertificateRequest(subject, ec, HashAlgorithmName.SHA256) : new CertificateRequest(subject, (RSA)key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    private HttpClient CreateHttp()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15), PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (options.Value.AuthorityRoots is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = 1024 * 1024 };
        http.DefaultRequestHeaders.UserAgent.ParseAdd($"uwsgiit-router/{typeof(AcmeIssuer).Assembly.GetName().Version?.ToString(3)}");
        return http;
    }
}
