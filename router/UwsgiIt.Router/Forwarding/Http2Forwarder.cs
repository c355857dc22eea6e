using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Edge;
using Yarp.ReverseProxy.Forwarder;

namespace UwsgiIt.Router.Forwarding;

/// <summary>HTTP/2 in clear text to a node that announced <c>h2c</c>, gRPC included: by YARP's own forwarder.</summary>
internal sealed class Http2Forwarder([FromKeyedServices(StaticRouteForwarder.Fallback)] IHttpForwarder yarp, RequestScrub scrub, IOptionsMonitor<ForwardingOptions> options) : IDisposable
{
    private static readonly HttpRequestOptionsKey<Upstream> UpstreamKey = new("uwsgiit.upstream");

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        ConnectCallback = static (context, cancellationToken) => ConnectAsync(context.InitialRequestMessage.Options.TryGetValue(UpstreamKey, out var upstream) ? upstream : null, cancellationToken),
    });

    public async ValueTask<ForwardOutcome> ForwardAsync(HttpContext context, Upstream upstream)
    {
        if (!scrub.TryApply(context))
        {
            return ForwardOutcome.BadRequestHeader;
        }

        var config = new ForwarderRequestConfig { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = options.CurrentValue.ResponseTimeout };

        // The authority only tells the handler's pools apart; the connection goes where the upstream says.
        var prefix = $"http://{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(upstream.Address.Text)).ToLowerInvariant()[..Math.Min(60, upstream.Address.Text.Length * 2)]}-{upstream.Address.StableHash:x}/";
        var error = await yarp.SendAsync(context, prefix, _client, config, new Transformer(upstream));
        return error switch
        {
            ForwarderError.None => ForwardOutcome.Completed,
            _ when context.Response.HasStarted => ForwardOutcome.AbortedAfterStart,
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled => ForwardOutcome.ClientAborted,
            ForwarderError.RequestTimedOut => ForwardOutcome.ResponseTimeout,
            ForwarderError.RequestBodyClient => ForwardOutcome.BadRequestBody,
            ForwarderError.Request when context.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => ForwardOutcome.ConnectFailed,
            _ => ForwardOutcome.ClosedEarly,
        };
    }

    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(Upstream? upstream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var socket = upstream.Address.IsUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(upstream.Address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(upstream.Address.EndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Transformer(Upstream upstream) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Options.Set(UpstreamKey, upstream);
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
