using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Edge;
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

    /// <summary>What a trusted proxy said of the client, or null.</summary>
    public ForwardedChain? Chain { get; private set; }

    /// <summary>What becomes of header names with '_'.</summary>
    public UnderscorePolicy Underscores { get; private set; }

    /// <summary>What the name's responses share, or null for no limit.</summary>
    public Bandwidth? Bandwidth { get; set; }

    /// <summary>What the name's request bodies share, or null for no limit.</summary>
    public Bandwidth? UploadBandwidth { get; set; }

    /// <summary>How long the client may leave the response where it is.</summary>
    public TimeSpan ClientStallTimeout { get; set; }

    /// <summary>Headers left out for a '_' while the head was written.</summary>
    public int DroppedHeaders { get; private set; }

    /// <summary>Why the head that was written must not be sent.</summary>
    public RequestRefusal Refusal { get; private set; }

    /// <summary>True while it counts among its name's upgraded connections.</summary>
    public bool HoldsUpgrade { get; set; }

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
        !HttpMethods.IsHead(Method) && status is not (204 or 205 or 304) and >= 200;

    /// <summary>Looks at what the request is; to be given back with <see cref="Return"/>.</summary>
    public static ForwardRequest Rent(HttpContext context, Upstream upstream, IUpstreamCodec codec, ForwardingOptions settings, TransformedRequest? transformed = null, UnderscorePolicy underscores = UnderscorePolicy.Drop)
    {
        var request = ThreadCache<ForwardRequest>.Rent();
        request.Context = context;
        request.Upstream = upstream;
        request.Codec = codec;
        request.Settings = settings;
        request.Transformed = transformed;
        request.Underscores = underscores;
        request.Chain = settings.TrustedProxies.Count > 0 ? context.Features.Get<ForwardedChain>() : null;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            request.Upgrade = UpgradeKind.ExtendedConnect;
            request.UpgradeProtocol = connect.Protocol;
            request.WebSocketKey = WebSocketHandshake.CreateKey();
        }
        else if (context.Request.Headers.Upgrade is { Count: 1 } token && IsUpgradeToken(token[0]) && HttpProtocol.IsHttp11(context.Request.Protocol)
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
        {
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

    /// <summary>True when a header of the client's goes to the upstream. One that refuses the request shows in <see cref="Refusal"/>.</summary>
    public bool Forwards(string name, in StringValues values, string? nominated)
    {
        if (Transformed is not null)
        {
            return RequestHeaderRules.IsForwardedAfterTransforms(name);
        }

        var verdict = RequestHeaderRules.Judge(name, values, nominated, Underscores);
        if (verdict > HeaderVerdict.Drop)
        {
            DroppedHeaders += verdict == HeaderVerdict.DropUnderscore ? 1 : 0;
            Refusal = RequestHeaderRules.RefusalOf(verdict) is var found and not RequestRefusal.None ? found : Refusal;
        }

        return verdict == HeaderVerdict.Pass;
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
        Chain = null;
        Bandwidth = UploadBandwidth = null;
        DroppedHeaders = 0;
        HoldsUpgrade = false;
        Refusal = RequestRefusal.None;
        Head = default;
        ThreadCache<ForwardRequest>.Return(this);
    }

    /// <summary>
    /// One protocol, and not one of HTTP's own: an upgrade to h2c would be agreed between client and upstream behind our back, and of a list
    /// the upstream may choose.
    /// </summary>
    private static bool IsUpgradeToken(string? token) =>
        token is { Length: > 0 } && token.AsSpan().IndexOfAny(", ") < 0 && !token.StartsWith("h2c", StringComparison.OrdinalIgnoreCase)
        && !token.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) && !token.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase);

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
