using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.ProxyProtocol;

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

/// <summary>A request on its way to an upstream: what a codec needs to know of it beside its headers, and what its exchange needs. Pooled.</summary>
internal sealed class ForwardRequest
{
    public HttpContext Context { get; private set; } = null!;

    public Upstream Upstream { get; private set; } = null!;

    public IUpstreamCodec Codec { get; private set; } = null!;

    public ForwardingOptions Settings { get; private set; } = null!;

    /// <summary>The connection of the present attempt.</summary>
    public UpstreamConnection Connection { get; set; } = null!;

    /// <summary>The head that was written for the upstream.</summary>
    public RequestBuffer Buffer { get; } = new();

    /// <summary>The commonest decoder, kept with the request.</summary>
    public LengthDecoder Length { get; } = new();

    /// <summary>The body, where it had to be taken in first.</summary>
    public BufferedBody? Body { get; private set; }

    /// <summary>Body length; 0 for none, -1 when only its end will tell.</summary>
    public long BodyLength { get; private set; }

    public UpgradeKind Upgrade { get; private set; }

    /// <summary>The token asked for, for example <c>websocket</c>.</summary>
    public string? UpgradeProtocol { get; private set; }

    /// <summary>The key we made for a WebSocket that had none (extended CONNECT).</summary>
    public string? WebSocketKey { get; private set; }

    /// <summary>What a static route's transforms made of the request, or null.</summary>
    public TransformedRequest? Transformed { get; private set; }

    /// <summary>What the upstream answered.</summary>
    public ResponseHead Head;

    public string Method => Upgrade == UpgradeKind.ExtendedConnect ? HttpMethods.Get : Transformed?.Method ?? Context.Request.Method;

    /// <summary>Path and query, in origin form.</summary>
    public ReadOnlySpan<char> Target => Transformed is null ? RequestTarget.OriginForm(Context.Features.Get<IHttpRequestFeature>()!.RawTarget) : Transformed.Target;

    public IHeaderDictionary Headers => Transformed?.Headers ?? Context.Request.Headers;

    public string Host => Transformed?.Host ?? Upstream.Host ?? Context.Request.Headers.Host.ToString();

    /// <summary>True when the connection may serve others before and after.</summary>
    public bool CanReuse => Codec.CanReuse && Upstream.ProxyVersion == ProxyVersion.None;

    public bool ExpectsResponseBody(int status) =>
        !HttpMethods.IsHead(Method) && status is not 204 and not 304 and >= 200;

    /// <summary>Looks at what the request is; to be given back with <see cref="Return"/>.</summary>
    public static ForwardRequest Rent(HttpContext context, Upstream upstream, IUpstreamCodec codec, ForwardingOptions settings, TransformedRequest? transformed = null)
    {
        var request = ThreadCache<ForwardRequest>.Rent();
        request.Context = context;
        request.Upstream = upstream;
        request.Codec = codec;
        request.Settings = settings;
        request.Transformed = transformed;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            request.Upgrade = UpgradeKind.ExtendedConnect;
            request.UpgradeProtocol = connect.Protocol;
            request.WebSocketKey = WebSocketHandshake.CreateKey();
        }
        else if (context.Request.Headers.Upgrade is { Count: 1 } token && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && !string.Equals(token[0], "h2c", StringComparison.OrdinalIgnoreCase))
        {
            // An upgrade to h2c would be agreed between client and upstream behind our back.
            request.Upgrade = UpgradeKind.Upgrade;
            request.UpgradeProtocol = token[0];
        }

        if (context.Features.Get<BufferedBody>() is { } body)
        {
            request.Take(body);
        }
        else
        {
            request.BodyLength = BodyLengthOf(context, request.Upgrade);
        }

        return request;
    }

    /// <summary>Its body is this one from now on.</summary>
    public void Take(BufferedBody body)
    {
        Body = body;
        BodyLength = body.Length;
    }

    public void Return()
    {
        Buffer.Release();
        Context = null!;
        Upstream = null!;
        Settings = null!;
        Connection = null!;
        Body = null;
        Upgrade = UpgradeKind.None;
        UpgradeProtocol = WebSocketKey = null;
        Transformed = null;
        Head = default;
        ThreadCache<ForwardRequest>.Return(this);
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
