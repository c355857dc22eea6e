using Microsoft.AspNetCore.Http.Features;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// Asks a service of the operator's whether a request may pass: a GET with the client's Authorization and Cookie and the request's method,
/// host and target in X-Forwarded-*. 2xx lets it pass, any other answer is the client's; no answer is a refusal.
/// </summary>
internal sealed class ForwardAuth : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly string[] AnswerHeaders = ["Location", "Set-Cookie", "WWW-Authenticate", "Cache-Control", "Retry-After"];

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };

    /// <summary>True when the request may pass; else it is answered, but for 502 when the service is silent.</summary>
    public async Task<(bool MayPass, int Status)> AskAsync(HttpContext context, NamePolicy policy)
    {
        var request = context.Request;
        using var question = new HttpRequestMessage(HttpMethod.Get, policy.ForwardAuth);
        foreach (var name in new[] { "Authorization", "Cookie", "Accept", "User-Agent" })
        {
            if (request.Headers[name] is { Count: > 0 } values)
            {
                question.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        question.Headers.TryAddWithoutValidation("X-Forwarded-Method", request.Method);
        question.Headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
        question.Headers.TryAddWithoutValidation("X-Forwarded-Host", request.Headers.Host.ToString());
        question.Headers.TryAddWithoutValidation("X-Forwarded-Uri", context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        question.Headers.TryAddWithoutValidation("X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString() ?? "unknown");
        try
        {
            using var answer = await _client.SendAsync(question, context.RequestAborted);
            if (answer.IsSuccessStatusCode)
            {
                // What the service says of the user replaces whatever the client said.
                foreach (var name in policy.ForwardAuthHeaders)
                {
                    request.Headers.Remove(name);
                    if (answer.Headers.NonValidated.TryGetValues(name, out var values))
                    {
                        request.Headers[name] = values.ToArray();
                    }
                }

                return (true, 0);
            }

            await RelayAsync(context.Response, answer, context.RequestAborted);
            return (false, 0);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (false, StatusCodes.Status502BadGateway);
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task RelayAsync(HttpResponse response, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var name in AnswerHeaders)
        {
            if (answer.Headers.NonValidated.TryGetValues(name, out var values))
            {
                response.Headers[name] = values.ToArray();
            }
        }

        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, cancellationToken);
    }
}
