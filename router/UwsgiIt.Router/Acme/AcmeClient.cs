using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UwsgiIt.Router.Acme;

/// <summary>An authority's resources (RFC 8555, 7): requests signed with the account's key, nonces kept, what is to be tried again tried again.</summary>
internal sealed class AcmeClient(HttpClient http, string directoryUrl, ECDsa key, TimeProvider time)
{
    // RFC 8555, 6.5: a nonce may go stale at any time; an authority that refuses this many in a row refuses us.
    private const int MaxNonceAttempts = 8;
    private const int MaxKeptNonces = 16;
    private const int MaxAnswerBytes = 1024 * 1024;

    // A poll's pace where the authority says none, and the longest we let it say.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPollInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _nonces = new();
    private JsonElement? _directory;

    /// <summary>The account's URL, once known.</summary>
    public string? Account { get; set; }

    public string KeyAuthorization(string token) => AcmeJws.KeyAuthorization(key, token);

    /// <summary>A resource of the directory; null where the authority has none.</summary>
    public async Task<string?> FindAsync(string resource, CancellationToken cancellationToken)
    {
        _directory ??= await GetAsync(directoryUrl, cancellationToken) is var (body, _) ? body : null;
        return _directory.Value.TryGetProperty(resource, out var url) ? Checked(url.GetString()) : null;
    }

    /// <summary>Finds or makes the account of our key.</summary>
    public async Task RegisterAsync(IEnumerable<string> contacts, (string KeyId, byte[] Secret)? binding, CancellationToken cancellationToken)
    {
        var url = await FindAsync("newAccount", cancellationToken) ?? throw Missing("newAccount");
        var account = new JsonObject { ["termsOfServiceAgreed"] = true, ["contact"] = new JsonArray([.. contacts.Select(static contact => (JsonNode)contact)]) };
        if (binding is { } bound)
        {
            account["externalAccountBinding"] = AcmeJws.Bind(key, bound.KeyId, bound.Secret, url);
        }

        Account = null;
        var answer = await PostAsync(url, account, cancellationToken);
        Account = answer.Location ?? throw Missing("the account's address");
    }

    public async Task<AcmeAnswer> PostAsync(string url, JsonObject? payload, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var nonce = _nonces.TryDequeue(out var kept) ? kept : await NewNonceAsync(cancellationToken);
            using var content = new ByteArrayContent(AcmeJws.Sign(key, Account, nonce, url, payload));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");
            using var response = await http.PostAsync(new Uri(Checked(url)), content, cancellationToken);
            Keep(response);
            try
            {
                return await ReadAsync(response, cancellationToken);
            }
            catch (AcmeException e) when (e.Type == "badNonce" && attempt < MaxNonceAttempts)
            {
                // The answer brought a fresh one.
            }
        }
    }

    /// <summary>Asks until the resource's status is none of those that will change by themselves.</summary>
    public async Task<JsonElement> PollAsync(string url, Func<string, bool> isPending, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await PostAsync(url, null, cancellationToken);
            if (!isPending(answer.Status))
            {
                return answer.Body;
            }

            var pause = answer.RetryAfter ?? PollInterval;
            await Task.Delay(pause < MaxPollInterval ? pause : MaxPollInterval, time, cancellationToken);
        }
    }

    /// <summary>A resource that needs no signature.</summary>
    public async Task<(JsonElement Body, TimeSpan? RetryAfter)> GetAsync(string url, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(Checked(url)), cancellationToken);
        Keep(response);
        var answer = await ReadAsync(response, cancellationToken);
        return (answer.Body, answer.RetryAfter);
    }

    private async Task<string> NewNonceAsync(CancellationToken cancellationToken)
    {
        var url = await FindAsync("newNonce", cancellationToken) ?? throw Missing("newNonce");
        if (_nonces.TryDequeue(out var kept))
        {
            return kept;
        }

        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        using var response = await http.SendAsync(request, cancellationToken);
        Keep(response);
        return _nonces.TryDequeue(out var nonce) ? nonce : throw Missing("a nonce");
    }

    private void Keep(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("Replay-Nonce", out var nonces) && nonces.First() is { Length: > 0 and < 1024 } nonce && _nonces.Count < MaxKeptNonces)
        {
            _nonces.Enqueue(nonce);
        }
    }

    private async Task<AcmeAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var retryAfter = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - time.GetUtcNow() : null;
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (text.Length > MaxAnswerBytes)
        {
            throw new AcmeException("malformed", "the answer is too long");
        }

        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) ?? false;
        JsonElement body = default;
        try
        {
            body = isJson ? JsonSerializer.Deserialize<JsonElement>(text) : default;
        }
        catch (JsonException)
        {
            throw new AcmeException("malformed", "the answer is no JSON", retryAfter);
        }

        if (!response.IsSuccessStatusCode)
        {
            throw Problem(body, (int)response.StatusCode, retryAfter);
        }

        return new AcmeAnswer(body, text, response.Headers.Location?.ToString(), retryAfter);
    }

    /// <summary>What a problem document says (RFC 7807), in words that may go to a log.</summary>
    public static AcmeException Problem(JsonElement problem, int status, TimeSpan? retryAfter)
    {
        var isProblem = problem.ValueKind == JsonValueKind.Object;
        var type = isProblem && problem.TryGetProperty("type", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : $"status {status}";
        var detail = isProblem && problem.TryGetProperty("detail", out value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return new AcmeException(Plain(type[(type.LastIndexOf(':') + 1)..]), Plain(detail), retryAfter);
    }

    private static string Plain(string text) => string.Concat(text.Where(static value => !char.IsControl(value)).Take(300));

    private static AcmeException Missing(string what) => new("malformed", $"the authority has not given {what}");

    private static string Checked(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttps ? url : throw new AcmeException("malformed", "an address of the authority's is no https one");
}
