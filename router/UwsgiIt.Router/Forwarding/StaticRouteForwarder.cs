using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// YARP's forwarder for static routes, replaced by ours where ours can do the same: <c>http://</c> to an IP address, and
/// <c>uwsgi://</c>, <c>fastcgi://</c>, <c>scgi://</c>, which YARP has not. Everything else goes to YARP's own: https, HTTP/2, gRPC,
/// host names, and transforms of trailers, which our way does not carry.
/// </summary>
internal sealed class StaticRouteForwarder([FromKeyedServices(StaticRouteForwarder.Fallback)] IHttpForwarder fallback, IRequestForwarder forwarder, Http2Forwarder http2, RequestScrub scrub, ErrorAnswer answer) : IHttpForwarder
{
    /// <summary>Key of YARP's own forwarder.</summary>
    public const string Fallback = "yarp";

    /// <summary>Metadata of an <c>http://</c> destination: <c>V1</c> or <c>V2</c> has its connections begin with a PROXY header, one for each client.</summary>
    public const string ProxyMetadata = "ProxyProtocol";

    // Destinations come from the operator's configuration; the bound only guards against a configuration that is rewritten for ever.
    private const int MaxUpstreams = 10_000;

    private readonly ConcurrentDictionary<(string Prefix, ProxyVersion Version), Upstream?> _upstreams = new();

    public ValueTask<ForwarderError> SendAsync(HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        var upstream = UpstreamOf(destinationPrefix, ProxyVersionOf(context));
        var isYarps = upstream is null || (upstream.Protocol == UpstreamProtocol.Http && NeedsYarp(context, requestConfig));
        if ((isYarps || HasTransforms(context)) && !scrub.TryApply(context))
        {
            return RefuseAsync(context, ForwarderError.RequestCreation, StatusCodes.Status400BadRequest);
        }

        return isYarps && upstream is { ProxyVersion: not ProxyVersion.None } ? http2.SendAsync(context, upstream, requestConfig, transformer, cancellationToken)
            : isYarps ? fallback.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken)
            : ForwardAsync(context, upstream!, transformer, cancellationToken);
    }

    /// <summary>Reads a destination; false when YARP's own forwarder is to have it.</summary>
    public static bool TryParse(string prefix, [NotNullWhen(true)] out Upstream? upstream, ProxyVersion version = ProxyVersion.None)
    {
        upstream = null;
        var separator = prefix.IndexOf("://", StringComparison.Ordinal);
        if (separator < 0 || ProtocolOf(prefix[..separator]) is not { } protocol)
        {
            return false;
        }

        var rest = prefix[(separator + 3)..].TrimEnd('/');
        if (rest.StartsWith("unix:", StringComparison.Ordinal))
        {
            rest = rest["unix:".Length..];
        }
        else if (rest.Contains('/', StringComparison.Ordinal))
        {
            return false;
        }

        if (protocol == UpstreamProtocol.Http && !rest.StartsWith('/') && rest.LastIndexOf(':') <= rest.LastIndexOf(']'))
        {
            rest += ":80";
        }

        if (!UpstreamAddress.TryParse(rest, out var address))
        {
            return false;
        }

        upstream = new Upstream(address, protocol) { ProxyVersion = version, Host = protocol == UpstreamProtocol.Http && !address.IsUnix ? rest : null };
        return true;
    }

    /// <summary>What a destination's metadata asks for; false when that is no version.</summary>
    public static bool TryReadProxyVersion(IReadOnlyDictionary<string, string>? metadata, out ProxyVersion version)
    {
        version = ProxyVersion.None;
        return metadata?.TryGetValue(ProxyMetadata, out var text) != true || (Enum.TryParse(text, ignoreCase: true, out version) && version is ProxyVersion.V1 or ProxyVersion.V2);
    }

    private static ProxyVersion ProxyVersionOf(HttpContext context) =>
        context.GetReverseProxyFeature().ProxiedDestination?.Model.Config.Metadata is { } metadata && TryReadProxyVersion(metadata, out var version) ? version : ProxyVersion.None;

    private Upstream? UpstreamOf(string prefix, ProxyVersion version)
    {
        if (_upstreams.TryGetValue((prefix, version), out var known))
        {
            return known;
        }

        if (_upstreams.Count >= MaxUpstreams)
        {
            _upstreams.Clear();
        }

        return _upstreams.GetOrAdd((prefix, version), static key => TryParse(key.Prefix, out var upstream, key.Version) ? upstream : null);
    }

    private static UpstreamProtocol? ProtocolOf(string scheme) => scheme switch
    {
        "http" => UpstreamProtocol.Http,
        "uwsgi" => UpstreamProtocol.Uwsgi,
        "fastcgi" => UpstreamProtocol.FastCgi,
        "scgi" => UpstreamProtocol.Scgi,
        _ => null,
    };

    private static bool NeedsYarp(HttpContext context, ForwarderRequestConfig requestConfig) =>
        (requestConfig.VersionPolicy == HttpVersionPolicy.RequestVersionExact && requestConfig.Version?.Major >= 2)
        || (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false)
        || ChangesTrailers(context.GetReverseProxyFeature().Route.Config.Transforms);

    private static bool HasTransforms(HttpContext context) => context.GetReverseProxyFeature().Route.Config.Transforms is { Count: > 0 };

    /// <summary>True when a transform touches trailers.</summary>
    public static bool ChangesTrailers(IReadOnlyList<IReadOnlyDictionary<string, string>>? transforms) =>
        transforms is { Count: > 0 } && transforms.Any(static transform => transform.Keys.Any(static name => name.StartsWith("ResponseTrailer", StringComparison.OrdinalIgnoreCase)));

    private async ValueTask<ForwarderError> ForwardAsync(HttpContext context, Upstream upstream, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        TransformedRequest? transformed = null;
        if (HasTransforms(context))
        {
            transformed = await TransformedRequest.ReadAsync(context, upstream, transformer, cancellationToken);
            if (transformed is null)
            {
                return ForwarderError.None;
            }
        }

        var (error, status) = await forwarder.ForwardAsync(context, upstream, transformed) switch
        {
            ForwardOutcome.Completed => (ForwarderError.None, 0),
            ForwardOutcome.ConnectFailed => (ForwarderError.Request, StatusCodes.Status502BadGateway),
            ForwardOutcome.ConnectTimeout or ForwardOutcome.ResponseTimeout => (ForwarderError.RequestTimedOut, StatusCodes.Status504GatewayTimeout),
            ForwardOutcome.RequestHeadTooLarge => (ForwarderError.RequestCreation, StatusCodes.Status431RequestHeaderFieldsTooLarge),
            ForwardOutcome.RequestBodyTooLarge => (ForwarderError.RequestBodyClient, StatusCodes.Status413PayloadTooLarge),
            ForwardOutcome.BadRequestBody or ForwardOutcome.BadRequestTarget or ForwardOutcome.BadRequestHeader or ForwardOutcome.BytesAfterUpgrade => (ForwarderError.RequestBodyClient, StatusCodes.Status400BadRequest),
            ForwardOutcome.TooManyUpgrades => (ForwarderError.NoAvailableDestinations, StatusCodes.Status503ServiceUnavailable),
            ForwardOutcome.ClientAborted => (ForwarderError.RequestCanceled, 0),
            ForwardOutcome.AbortedAfterStart => (ForwarderError.ResponseBodyDestination, 0),
            _ => (ForwarderError.Request, StatusCodes.Status502BadGateway),
        };
        return error == ForwarderError.None ? error : await RefuseAsync(context, error, status);
    }

    private async ValueTask<ForwarderError> RefuseAsync(HttpContext context, ForwarderError error, int status)
    {
        context.Features.Set<IForwarderErrorFeature>(new ErrorFeature(error));
        if (status != 0 && !context.Response.HasStarted)
        {
            await answer.WriteAsync(context, status);
        }

        return error;
    }

    private sealed record ErrorFeature(ForwarderError Error) : IForwarderErrorFeature
    {
        public Exception? Exception => null;
    }
}
