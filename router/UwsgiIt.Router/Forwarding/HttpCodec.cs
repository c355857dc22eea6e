using UwsgiIt.Router.ProxyProtocol;

namespace UwsgiIt.Router.Forwarding;

/// <summary>HTTP/1.1, serialised anew from the parsed request; connections are kept.</summary>
internal sealed class HttpCodec : IUpstreamCodec
{
    // Ours: what a request head may grow to when it is written again; Kestrel's own bound is smaller.
    private const int MaxHeadBytes = 128 * 1024;

    public BodyFraming BodyFraming => BodyFraming.ChunkedIfUnknown;

    public bool NeedsBodyLength => false;

    public bool HasHttpResponse => true;

    public bool CanReuse => true;

    public ForwardOutcome WriteHead(RequestBuffer buffer, ForwardRequest request, ForwardingOptions options)
    {
        var context = request.Context;
        var headers = request.Headers;
        WriteProxyHeader(buffer, request);
        buffer.Write(request.Method);
        buffer.Write(" "u8);
        buffer.Write(request.Target);
        buffer.Write(" HTTP/1.1\r\nHost: "u8);
        buffer.Write(request.Host);
        buffer.Write("\r\n"u8);

        var requestId = RequestHeaderRules.GetRequestId(context);
        if (requestId is not null)
        {
            WriteHeader(buffer, RequestHeaderRules.RequestId, requestId);
        }

        var nominated = RequestHeaderRules.GetNominated(headers);
        foreach (var (name, values) in headers)
        {
            if (request.Forwards(name, values, nominated) && !IsWrittenByUs(name) && !RequestHeaderRules.IsReplaced(name, requestId))
            {
                WriteHeader(buffer, name, values);
            }
        }

        if (request.Transformed is null)
        {
            WriteForwarded(buffer, request);
        }

        WriteFraming(buffer, request);
        buffer.Write("\r\n"u8);
        return request.Refusal != Edge.RequestRefusal.None ? ForwardOutcome.BadRequestHeader
            : buffer.Length <= MaxHeadBytes ? ForwardOutcome.Completed : ForwardOutcome.RequestHeadTooLarge;
    }

    private static void WriteProxyHeader(RequestBuffer buffer, ForwardRequest request)
    {
        if (request.Upstream.ProxyVersion == ProxyVersion.None)
        {
            return;
        }

        Span<byte> header = stackalloc byte[ProxyHeaderWriter.MaxBytes];
        var length = ProxyHeaderWriter.Write(header, request.Upstream.ProxyVersion, request.Context.Connection);
        buffer.Write(header[..length]);
    }

    private static bool IsWrittenByUs(string name) =>
        name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static void WriteHeader(RequestBuffer buffer, string name, in Microsoft.Extensions.Primitives.StringValues values)
    {
        buffer.Write(name);
        buffer.Write(": "u8);
        RequestHeaderRules.WriteJoined(name, values, buffer.Reserve(RequestHeaderRules.JoinedLength(values)));
        buffer.Write("\r\n"u8);
    }

    private static void WriteForwarded(RequestBuffer buffer, ForwardRequest request)
    {
        var context = request.Context;
        buffer.Write("X-Forwarded-For: "u8);
        if (request.Chain is { } chain)
        {
            buffer.Write(chain.For);
        }
        else
        {
            Span<byte> address = stackalloc byte[65];
            var length = CgiVariables.WriteAddress(context.Connection.RemoteIpAddress, address);
            buffer.Write(address[..length]);
        }

        buffer.Write("\r\nX-Forwarded-Proto: "u8);
        buffer.Write(context.Request.IsHttps ? "https"u8 : "http"u8);
        buffer.Write("\r\nX-Forwarded-Host: "u8);
        buffer.Write(request.Chain?.Host ?? context.Request.Headers.Host.ToString());
        buffer.Write("\r\n"u8);
        if (request.Chain?.Forwarded is { } forwarded)
        {
            WriteHeader(buffer, "Forwarded", forwarded);
        }
    }

    private static void WriteFraming(RequestBuffer buffer, ForwardRequest request)
    {
        if (request.Upgrade != UpgradeKind.None)
        {
            buffer.Write("Connection: Upgrade\r\nUpgrade: "u8);
            buffer.Write(request.UpgradeProtocol);
            buffer.Write("\r\n"u8);
            if (request.WebSocketKey is { } key)
            {
                buffer.Write("Sec-WebSocket-Key: "u8);
                buffer.Write(key);
                buffer.Write("\r\n"u8);
            }

            return;
        }

        if (!request.CanReuse)
        {
            buffer.Write("Connection: close\r\n"u8);
        }

        if (request.BodyLength < 0)
        {
            buffer.Write("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (request.BodyLength > 0 || request.Context.Request.ContentLength is not null)
        {
            buffer.Write("Content-Length: "u8);
            buffer.Write(request.BodyLength);
            buffer.Write("\r\n"u8);
        }
    }
}
