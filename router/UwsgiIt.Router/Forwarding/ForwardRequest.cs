using Microsoft.AspNetCore.Http.Features;

namespace UwsgiIt.Router.Forwarding;

/// <summary>How a request asks to leave HTTP.</summary>
internal enum UpgradeKind
{
    None = 0,

    /// <summary>HTTP/1.1 with an Upgrade header.</summary>
    Upgrade,

    /// <summary>HTTP/2 extended CONNECT for a WebSocket (RFC 8441).</summary>
    ExtendedConnect,
}

/// <summary>What a codec needs to know of a request beside its headers.</summary>
internal readonly struct ForwardRequest
{
    public required HttpContext Context { get; init; }

    public required Upstream Upstream { get; init; }

    /// <summary>Body length; 0 for none, -1 when only its end will tell.</summary>
    public required long BodyLength { get; init; }

    public required UpgradeKind Upgrade { get; init; }

    /// <summary>The token asked for, for example <c>websocket</c>.</summary>
    public required string? UpgradeProtocol { get; init; }

    /// <summary>The key we made for a WebSocket that had none (extended CONNECT).</summary>
    public required string? WebSocketKey { get; init; }

    /// <summary>What a static route's transforms made of the request, or null.</summary>
    public required TransformedRequest? Transformed { get; init; }

    public string Method => Upgrade == UpgradeKind.ExtendedConnect ? HttpMethods.Get : Transformed?.Method ?? Context.Request.Method;

    /// <summary>Path and query, in origin form.</summary>
    public ReadOnlySpan<char> Target => Transformed is null ? RequestTarget.OriginForm(Context.Features.Get<IHttpRequestFeature>()!.RawTarget) : Transformed.Target;

    public IHeaderDictionary Headers => Transformed?.Headers ?? Context.Request.Headers;

    public string Host => Transformed?.Host ?? Upstream.Host ?? Context.Request.Headers.Host.ToString();

    public bool ExpectsResponseBody(int status) =>
        !HttpMethods.IsHead(Method) && status is not 204 and not 304 and >= 200;

    /// <summary>Looks at what the request is; <paramref name="bodyLength"/> overrides the header where the body was buffered.</summary>
    public static ForwardRequest Read(HttpContext context, Upstream upstream, long? bodyLength, TransformedRequest? transformed = null)
    {
        var request = context.Request;
        var upgrade = UpgradeKind.None;
        string? protocol = null;
        string? key = null;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            upgrade = UpgradeKind.ExtendedConnect;
            protocol = connect.Protocol;
            key = WebSocketHandshake.CreateKey();
        }
        else if (request.Headers.Upgrade is { Count: 1 } token && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && !string.Equals(token[0], "h2c", StringComparison.OrdinalIgnoreCase))
        {
            // An upgrade to h2c would be agreed between client and upstream behind our back.
            upgrade = UpgradeKind.Upgrade;
            protocol = token[0];
        }

        return new ForwardRequest
        {
            Context = context,
            Upstream = upstream,
            BodyLength = bodyLength ?? BodyLengthOf(context, upgrade),
            Upgrade = upgrade,
            UpgradeProtocol = protocol,
            WebSocketKey = key,
            Transformed = transformed,
        };
    }

    private static long BodyLengthOf(HttpContext context, UpgradeKind upgrade)
    {
        if (upgrade != UpgradeKind.None)
        {
            return 0;
        }

        return context.Request.ContentLength is { } length ? length
            : context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } ? -1
            : 0;
    }
}
