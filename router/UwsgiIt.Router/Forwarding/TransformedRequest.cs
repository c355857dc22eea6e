using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// A request as the transforms of its static route left it. Only such routes pay for the messages that transforms work on; it then goes
/// the way of every other request.
/// </summary>
internal sealed class TransformedRequest
{
    private readonly HttpTransformer _transformer;

    private TransformedRequest(HttpTransformer transformer, string method, string target, string? host, IHeaderDictionary headers)
    {
        _transformer = transformer;
        Method = method;
        Target = target;
        Host = host;
        Headers = headers;
    }

    public string Method { get; }

    /// <summary>Path and query, in origin form.</summary>
    public string Target { get; }

    /// <summary>The Host that a transform asked for, or null.</summary>
    public string? Host { get; }

    public IHeaderDictionary Headers { get; }

    /// <summary>Has the transforms change the request; null when one of them answered it.</summary>
    public static async ValueTask<TransformedRequest?> ReadAsync(HttpContext context, Upstream upstream, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(new HttpMethod(context.Request.Method), requestUri: (Uri?)null) { Content = new ByteArrayContent([]), Version = HttpVersion.Version11 };

        // Transforms compose a URI; of a socket's path only path and query are used.
        await transformer.TransformRequestAsync(context, message, "http://" + (upstream.Host ?? "upstream"), cancellationToken);
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return null;
        }

        var target = message.RequestUri?.PathAndQuery ?? context.Request.Path + context.Request.QueryString;
        var headers = new HeaderDictionary();
        Copy(message.Headers.NonValidated, headers);
        Copy(message.Content.Headers.NonValidated, headers);
        return new TransformedRequest(transformer, message.Method.Method, target, message.Headers.Host, headers);
    }

    /// <summary>Puts an upstream's answer on the client's response by way of the transforms; false when its body is not wanted.</summary>
    public async ValueTask<bool> RespondAsync(HttpContext context, int status, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        using var message = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent([]) };
        foreach (var (name, values) in headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        context.Response.StatusCode = status;
        return await _transformer.TransformResponseAsync(context, message, cancellationToken);
    }

    private static void Copy(System.Net.Http.Headers.HttpHeadersNonValidated source, HeaderDictionary destination)
    {
        foreach (var (name, values) in source)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                destination[name] = values.Count == 1 ? values.ToString() : values.ToArray();
            }
        }
    }
}
