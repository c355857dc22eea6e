using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace UwsgiIt.Api.Contracts;

/// <summary>What a host asks and tells the api. Certificates are read when it is made: make a new one when they were renewed.</summary>
public sealed class HostClient : IDisposable
{
    /// <summary>A line that is silent so long is dead: the api sends a comment every 15 s.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private readonly HttpClient _client;

    /// <summary>Reads the certificates.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is not what it should be.</exception>
    public HostClient(HostClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var pem = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);

        // A key read from PEM is not taken for TLS on every platform; through PKCS#12 it is.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.ImportFromPemFile(options.Authority);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions { ClientCertificates = [certificate], LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate, CertificateChainPolicy = policy },
        };
        if (options.Socket is { } path)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        }

        _client = new HttpClient(handler) { BaseAddress = options.Api, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What the router needs; null when it has not changed since <paramref name="etag"/>.</summary>
    public Task<HostFetch<HostState>> GetRouterAsync(string? etag, CancellationToken cancellationToken) => FetchAsync<HostState>("/v1/host/router", etag, cancellationToken);

    /// <summary>What containerd needs; null when it has not changed since <paramref name="etag"/>.</summary>
    public Task<HostFetch<HostContainers>> GetContainersAsync(string? etag, CancellationToken cancellationToken) => FetchAsync<HostContainers>("/v1/host/containers", etag, cancellationToken);

    /// <summary>Says what is live.</summary>
    public Task PostReceiptAsync(HostReceipt receipt, CancellationToken cancellationToken) => PostAsync("/v1/host/receipts", receipt, cancellationToken);

    /// <summary>Sends measurements.</summary>
    public Task PostMetricsAsync(HostMetrics metrics, CancellationToken cancellationToken) => PostAsync("/v1/host/metrics", metrics, cancellationToken);

    /// <summary>Sends alarms; those with an id may be sent again.</summary>
    public Task PostAlarmsAsync(HostAlarms alarms, CancellationToken cancellationToken) => PostAsync("/v1/host/alarms", alarms, cancellationToken);

    /// <summary>Sends a file of the list.</summary>
    public Task PostFileAsync(HostFile file, CancellationToken cancellationToken) => PostAsync("/v1/host/files", file, cancellationToken);

    /// <summary>Says by which key other servers' containers reach ours.</summary>
    public Task PostTunnelAsync(HostTunnel tunnel, CancellationToken cancellationToken) => PostAsync("/v1/host/tunnel", tunnel, cancellationToken);

    /// <summary>A certificate for the key of this request (PKCS#10, PEM) in place of the one this client has, which may have expired.</summary>
    public async Task<IssuedCertificate> RenewCertificateAsync(string request, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CallTimeout);
        using var response = await _client.PostAsJsonAsync("/v1/host/certificate", new CertificateRequestBody { Request = request }, ApiJson.Options, deadline.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<IssuedCertificate>(ReadOptions.Value, deadline.Token).ConfigureAwait(false) ?? throw new JsonException("The api answered null.");
    }

    /// <summary>The feed from now on: the newest version each time something may have changed. Ends with an exception when the line breaks.</summary>
    public async IAsyncEnumerable<long> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(new Uri("/v1/host/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken).WaitAsync(CallTimeout, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await reader.ReadLineAsync(cancellationToken).AsTask().WaitAsync(SilenceLimit, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                yield return version;
            }
        }

        throw new IOException("The api ended the feed.");
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<HostFetch<T>> FetchAsync<T>(string path, string? etag, CancellationToken cancellationToken)
        where T : class
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CallTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (etag is not null)
        {
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(etag));
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
        var version = response.Headers.TryGetValues("UwsgiIt-Version", out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            return new HostFetch<T>(null, etag, version);
        }

        response.EnsureSuccessStatusCode();
        var state = await response.Content.ReadFromJsonAsync<T>(ReadOptions.Value, deadline.Token).ConfigureAwait(false) ?? throw new JsonException("The api answered null.");
        return new HostFetch<T>(state, response.Headers.ETag?.Tag, version);
    }

    private async Task PostAsync<T>(string path, T body, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CallTimeout);
        using var response = await _client.PostAsJsonAsync(path, body, ApiJson.Options, deadline.Token).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
    }

    // A newer api may say more than we know.
    private static readonly Lazy<JsonSerializerOptions> ReadOptions = new(static () => new JsonSerializerOptions(ApiJson.Options) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip });
}
