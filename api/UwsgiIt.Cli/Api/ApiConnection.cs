using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace UwsgiIt.Cli.Api;

/// <summary>A way to the api: the local socket, where root needs no password, or an address with a token.</summary>
internal sealed class ApiConnection : IDisposable
{
    public const string DefaultSocket = "/run/uwsgiit/api.sock";
    private readonly HttpClient _client;

    public ApiConnection(string? address, string? token, string? authority, string? socket)
    {
        if (address is null)
        {
            var path = socket ?? DefaultSocket;
            _client = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await unix.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                        return new NetworkStream(unix, ownsSocket: true);
                    }
                    catch
                    {
                        unix.Dispose();
                        throw;
                    }
                },
            })
            { BaseAddress = new Uri("http://localhost") };
        }
        else
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                throw new UsageException($"--api {address} is no http or https address");
            }

            var handler = new SocketsHttpHandler();
            if (authority is not null)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPemFile(authority);
                handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
            }

            _client = new HttpClient(handler) { BaseAddress = url };
        }

        if (token is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>The answer's body and, for writes, its version in the feed.</summary>
    /// <exception cref="ApiException">The api refused.</exception>
    public async Task<(JsonNode? Body, string? Version)> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await _client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new ApiException((int)response.StatusCode, text);
        }

        return (text.Length == 0 ? null : JsonNode.Parse(text), response.Headers.TryGetValues("UwsgiIt-Version", out var values) ? values.First() : null);
    }

    /// <summary>Every item of a list, page by page.</summary>
    public async Task<JsonArray> ListAsync(string path, CancellationToken cancellationToken)
    {
        var items = new JsonArray();
        string? after = null;
        do
        {
            var join = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var (page, _) = await SendAsync(HttpMethod.Get, $"{path}{join}limit=1000{(after is null ? "" : $"&after={after}")}", null, cancellationToken);
            foreach (var item in page!["items"]!.AsArray())
            {
                items.Add(item!.DeepClone());
            }

            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);
        return items;
    }

    /// <summary>The feed's items as they come.</summary>
    public async IAsyncEnumerable<string> EventsAsync(long? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync($"/v1/events{(after is null ? "" : $"?after={after}")}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new ApiException((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: {\"", StringComparison.Ordinal))
            {
                yield return line[6..];
            }
        }
    }

    public void Dispose() => _client.Dispose();
}
