using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Sessions;

/// <summary>
/// RTSP and icecast's SOURCE on an HTTP listener: 1 a look at a connection's first line; what is neither goes on to Kestrel untouched. Else
/// 2 the head, 3 the slot, 4 a session with a node: the head as variables or as it is, then bytes both ways.
/// </summary>
internal sealed partial class StreamingMiddleware(
    ConnectionDelegate next,
    EndpointOptions endpoint,
    SubscriptionRegistry registry,
    CertificateStore certificates,
    RawSessions sessions,
    NamePolicies policies,
    PolicyRules rules,
    RouterMetrics metrics,
    IOptions<ListenerOptions> listener,
    IOptionsMonitor<ForwardingOptions> forwarding,
    ILogger<StreamingMiddleware> logger)
{
    private static readonly UwsgiCodec Uwsgi = new();

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        // 1 and 2.
        var (status, head) = await ReadHeadAsync(connection);
        if (status is StreamingHeadStatus.Other or StreamingHeadStatus.Incomplete)
        {
            await next(connection);
            return;
        }

        var context = head is null ? null : CreateContext(connection, head);
        var refusal = context is null ? SessionRefusal.BadHead : await ServeAsync(connection, head!, context);
        if (refusal is not { } cause)
        {
            return;
        }

        metrics.SessionRefused(cause);
        Log.Refused(logger, connection.RemoteEndPoint, head?.Method, cause);
        var answer = (head ?? new StreamingHead("", "", "HTTP/1.0", null, new HeaderDictionary(), 0)).Answer(cause switch
        {
            SessionRefusal.UnknownKey => StatusCodes.Status404NotFound,
            SessionRefusal.ClientCertificateName => StatusCodes.Status403Forbidden,
            SessionRefusal.NoNode => StatusCodes.Status502BadGateway,
            SessionRefusal.Policy => context!.Response.StatusCode,
            _ => StatusCodes.Status400BadRequest,
        });
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }

    private async ValueTask<(StreamingHeadStatus Status, StreamingHead? Head)> ReadHeadAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(listener.Value.RequestHeadTimeout);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(deadline.Token);
                var status = StreamingHeadReader.Read(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray(), endpoint.Rtsp, endpoint.Source, listener.Value.MaxRequestHeadBytes, out var head);
                var start = head is null ? read.Buffer.Start : read.Buffer.GetPosition(head.Length);
                input.AdvanceTo(start, status == StreamingHeadStatus.Incomplete ? read.Buffer.End : start);
                if (status != StreamingHeadStatus.Incomplete || read.IsCompleted)
                {
                    return (status, head);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Kestrel knows what to say to a slow client, and nothing to say to one that left.
            return (StreamingHeadStatus.Incomplete, null);
        }
    }

    private async Task<SessionRefusal?> ServeAsync(ConnectionContext connection, StreamingHead head, HttpContext context)
    {
        // 3.
        if (head.Host is null || registry.Find(head.Host, context.Request.Path.Value) is not { } slot)
        {
            return SessionRefusal.UnknownKey;
        }

        if (certificates.HasClientCas && (certificates.Find(SubscriptionKeys.HostPart(head.Host)).HasClientCa || certificates.Find(slot.SniName).HasClientCa))
        {
            return SessionRefusal.ClientCertificateName;
        }

        var policy = policies.Choose(context);
        if (RequestCheck.Check(context, policy) != RequestRefusal.None)
        {
            return SessionRefusal.BadHead;
        }

        if ((policy.HasRules && !await rules.PassesAsync(context, policy)) || !await rules.PassesAsync(context, policy, slot))
        {
            return SessionRefusal.Policy;
        }

        // 4.
        return await sessions.RunAsync(new RawSession(connection, new DuplexStream(connection.Transport), WriteHead: (buffer, upstream) => WriteHead(buffer, upstream, context, head)), slot);
    }

    private ForwardOutcome WriteHead(RequestBuffer buffer, Upstream upstream, HttpContext context, StreamingHead head)
    {
        var settings = forwarding.CurrentValue;
        var request = ForwardRequest.Rent(context, upstream, Uwsgi, settings, underscores: policies.Of(context).Underscores);
        try
        {
            return upstream.Protocol switch
            {
                UpstreamProtocol.Uwsgi => Uwsgi.WriteHead(buffer, request, settings),
                UpstreamProtocol.Http => head.Write(buffer, request),
                _ => ForwardOutcome.BadRequestHeader,
            };
        }
        finally
        {
            request.Return();
        }
    }

    private DefaultHttpContext CreateContext(ConnectionContext connection, StreamingHead head)
    {
        var target = RequestTarget.OriginForm(head.Target).ToString();
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var (peer, local) = (connection.RemoteEndPoint as IPEndPoint, connection.LocalEndPoint as IPEndPoint);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = head.Method,
            RawTarget = head.Target,
            Path = Uri.UnescapeDataString(question < 0 ? target : target[..question]),
            QueryString = question < 0 ? "" : target[question..],
            Protocol = head.Protocol,
            Scheme = endpoint.Tls ? "https" : "http",
            Headers = head.Headers,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());

        // What the rules say is said in the session's own protocol.
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            RemoteIpAddress = peer?.Address,
            RemotePort = peer?.Port ?? 0,
            LocalIpAddress = local?.Address,
            LocalPort = local?.Port ?? 0,
        });
        return new DefaultHttpContext(features);
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.StreamingRefused, LogLevel.Debug, "The {Method} session of {RemoteEndPoint} was refused: {Refusal}.")]
        public static partial void Refused(ILogger logger, EndPoint? remoteEndPoint, string? method, SessionRefusal refusal);
    }
}
