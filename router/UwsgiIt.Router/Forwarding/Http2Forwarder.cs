using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.ProxyProtocol;
using Yarp.ReverseProxy.Forwarder;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// HTTP/2 in clear text, gRPC included, by YARP's own forwarder: to a node that announced <c>h2c</c>, and to static destinations that are told
/// their clients by a PROXY header.
/// </summary>
internal sealed class Http2Forwarder : IDisposable
{
    private static readonly HttpRequestOptionsKey<Target> TargetKey = new("uwsgiit.target");

    // Ours: a connection of one client only is of no use to others, and goes soon after its last request.
    private static readonly TimeSpan ClientIdleTimeout = TimeSpan.FromSeconds(5);

    private readonly IHttpForwarder _yarp;
    private readonly RequestScrub _scrub;
    private readonly IOptionsMonitor<ForwardingOptions> _options;
    private readonly HttpMessageInvoker _shared;
    private readonly HttpMessageInvoker _perClient;

    public Http2Forwarder([FromKeyedServices(StaticRouteForwarder.Fallback)] IHttpForwarder yarp, RequestScrub scrub, IOptionsMonitor<ForwardingOptions> options)
    {
        _yarp = yarp;
        _scrub = scrub;
        _options = options;
        _shared = CreateClient(options.CurrentValue.IdleConnectionTimeout);
        _perClient = CreateClient(ClientIdleTimeout);
    }

    public async ValueTask<ForwardOutcome> ForwardAsync(HttpContext context, Upstream upstream)
    {
        if (!_scrub.TryApply(context))
        {
            return ForwardOutcome.BadRequestHeader;
        }

        var settings = _options.CurrentValue;
        using var end = new CancellationTokenSource(settings.MaxRequestTime);
        var config = new ForwarderRequestConfig { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = settings.ResponseTimeout };
        var error = await SendAsync(context, upstream, config, new NodeTransformer(), end.Token);
        return error switch
        {
            ForwarderError.None => ForwardOutcome.Completed,
            _ when context.Response.HasStarted => ForwardOutcome.AbortedAfterStart,
            _ when end.IsCancellationRequested => ForwardOutcome.ResponseTimeout,
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled => ForwardOutcome.ClientAborted,
            ForwarderError.RequestTimedOut => ForwardOutcome.ResponseTimeout,
            ForwarderError.RequestBodyClient => ForwardOutcome.BadRequestBody,
            ForwarderError.Request when context.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } failure =>
                failure.InnerException is TimeoutException ? ForwardOutcome.ConnectTimeout : ForwardOutcome.ConnectFailed,
            _ => ForwardOutcome.ClosedEarly,
        };
    }

    /// <summary>Sends by YARP, over connections that go where the upstream says and begin as it wants.</summary>
    public ValueTask<ForwarderError> SendAsync(HttpContext context, Upstream upstream, ForwarderRequestConfig config, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        var target = new Target(upstream, HeaderOf(context.Connection, upstream.ProxyVersion));
        return _yarp.SendAsync(context, target.Prefix, target.Header.Length == 0 ? _shared : _perClient, config, new TargetTransformer(transformer, target), cancellationToken);
    }

    public void Dispose()
    {
        _shared.Dispose();
        _perClient.Dispose();
    }

    private static byte[] HeaderOf(ConnectionInfo client, ProxyVersion version)
    {
        if (version == ProxyVersion.None)
        {
            return [];
        }

        var header = new byte[ProxyHeaderWriter.MaxBytes];
        return header[..ProxyHeaderWriter.Write(header, version, client)];
    }

    private HttpMessageInvoker CreateClient(TimeSpan idleTimeout) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = idleTimeout,
        ConnectCallback = (connection, cancellationToken) => ConnectAsync(connection.InitialRequestMessage, cancellationToken),
    });

    private async ValueTask<Stream> ConnectAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(TargetKey, out var target))
        {
            throw new InvalidOperationException("A request without a target.");
        }

        var stream = new NetworkStream(await SocketConnector.OpenAsync(target.Upstream, _options.CurrentValue.ConnectTimeout, cancellationToken), ownsSocket: true);
        try
        {
            await stream.WriteAsync(target.Header, cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private sealed record Target(Upstream Upstream, byte[] Header)
    {
        // A label of a name holds 63 characters.
        private const int DigestBytes = 24;

        // The authority only tells the handler's pools apart: one for each upstream, and for each client where the node is told who that is.
        public string Prefix { get; } = $"http://{Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(Upstream.Address.Text), 0, .. Header]), 0, DigestBytes)}/";
    }

    private sealed class TargetTransformer(HttpTransformer inner, Target target) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Options.Set(TargetKey, target);

            // The prefix is no name of anybody's.
            proxyRequest.Headers.Host ??= target.Upstream.Host ?? httpContext.Request.Headers.Host.ToString();
        }

        public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) =>
            inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);

        public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
            inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    private sealed class NodeTransformer : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = httpContext.Request.Headers.Host.ToString();
            var chain = httpContext.Features.Get<ForwardedChain>();
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-For", chain?.For ?? httpContext.Connection.RemoteIpAddress?.ToString() ?? "0.0.0.0");
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Host", chain?.Host ?? httpContext.Request.Headers.Host.ToString());
            if (chain?.Forwarded is { } forwarded)
            {
                proxyRequest.Headers.TryAddWithoutValidation("Forwarded", forwarded);
            }
        }
    }
}
