using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.Routing;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.FastRouter;

/// <summary>
/// uwsgi in, the original's fastrouter: 1 read the packet, 2 make a request of it, 3 look at it as at any request, 4 find its slot, 5 take the
/// body in where that is wanted, 6 hand it to the way of every request. One request for each connection, and an answer in every case.
/// </summary>
internal sealed partial class UwsgiConnectionHandler
{
    private static readonly byte[] BadRequest = Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 16\r\n\r\n400 Bad Request\n");

    private readonly SubscriptionRegistry _registry;
    private readonly CertificateStore _certificates;
    private readonly SlotForwarder _forwarder;
    private readonly ErrorAnswer _answer;
    private readonly NamePolicies _policies;
    private readonly PolicyRules _rules;
    private readonly RouterMetrics _metrics;
    private readonly TimeSpan _packetTimeout;
    private readonly long _maxBodyBytes;
    private readonly IOptionsMonitor<ForwardingOptions> _forwarding;
    private readonly ILogger<UwsgiConnectionHandler> _logger;
    private readonly RequestDelegate _serve;

    public UwsgiConnectionHandler(
        SubscriptionRegistry registry,
        CertificateStore certificates,
        SlotForwarder forwarder,
        ErrorAnswer answer,
        NamePolicies policies,
        PolicyRules rules,
        RouterMetrics metrics,
        IOptions<ListenerOptions> listener,
        IOptions<AccessLogOptions> accessLog,
        IOptionsMonitor<ForwardingOptions> forwarding,
        IServiceProvider services,
        ILogger<UwsgiConnectionHandler> logger)
    {
        _registry = registry;
        _certificates = certificates;
        _forwarder = forwarder;
        _answer = answer;
        _policies = policies;
        _rules = rules;
        _metrics = metrics;
        _maxBodyBytes = listener.Value.MaxRequestBodyBytes ?? long.MaxValue;
        _packetTimeout = listener.Value.RequestHeadTimeout;
        _forwarding = forwarding;
        _logger = logger;
        _serve = accessLog.Value.Path is null ? ServeAsync : ActivatorUtilities.CreateInstance<AccessLogMiddleware>(services, (RequestDelegate)ServeAsync).InvokeAsync;
    }

    public async Task OnConnectionAsync(ConnectionContext connection, EndpointOptions endpoint)
    {
        try
        {
            // 1.
            if (await ReadPacketAsync(connection) is not { } block)
            {
                return;
            }

            // 2.
            var request = UwsgiRequest.Read(block);
            if (request is null)
            {
                Log.Refused(_logger, connection.RemoteEndPoint);
                await connection.Transport.Output.WriteAsync(BadRequest);
                return;
            }

            var exchange = new UwsgiExchange(connection, request, _forwarding.CurrentValue.BodyIdleTimeout);
            exchange.Context.Features.Set(endpoint);
            await _serve(exchange.Context);
            await exchange.FinishAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            Log.Ended(_logger, connection.RemoteEndPoint, e.Message);
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = context.Features.Get<UwsgiRequest>()!;
        var endpoint = context.Features.Get<EndpointOptions>()!;

        // 3.
        if ((endpoint.Key ?? request.Key) is not { } key)
        {
            await _answer.WriteAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        if (request.Headers.Host.Count == 0)
        {
            request.Headers.Host = SubscriptionKeys.HostPart(key);
        }

        var policy = _policies.Choose(context, key);
        if (RequestCheck.Check(context, policy) is var refusal and not RequestRefusal.None)
        {
            _metrics.RequestRefused(refusal.ToString());
            await _answer.WriteAsync(context, refusal == RequestRefusal.Method ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status400BadRequest);
            return;
        }

        if (request.ContentLength > _maxBodyBytes)
        {
            await _answer.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
            return;
        }

        if (policy.HasRules && !await _rules.PassesAsync(context, policy))
        {
            return;
        }

        if (policy.RewritesHeaders)
        {
            // The block as it came has what the rules took away or put in another's place.
            context.Features.Set<GivenVariables>(null);
        }

        // 4.
        if (_registry.Find(key, request.Path) is not { } slot)
        {
            await _answer.WriteAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        slot.CountHit();

        // Who such a name lets in was to be seen in the handshake, and that was somebody else's.
        if (_certificates.HasClientCas && (_certificates.Find(slot.SniName).HasClientCa || _certificates.Find(SubscriptionKeys.HostPart(key)).HasClientCa))
        {
            await _answer.WriteAsync(context, StatusCodes.Status403Forbidden);
            return;
        }

        if (!await _rules.PassesAsync(context, policy, slot))
        {
            return;
        }

        // 5.
        if (endpoint.BufferBodies && request.ContentLength > 0)
        {
            var body = new BufferedBody();
            context.Response.RegisterForDispose(body);
            context.Features.Set(body);
            if (await body.ReadAsync(context, _forwarding.CurrentValue, policy.UploadBandwidth) != ForwardOutcome.Completed)
            {
                await _answer.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
                return;
            }
        }

        // 6.
        await _forwarder.ForwardAsync(context, slot);
    }

    /// <summary>The var block; null when none came in time or it has no bytes.</summary>
    private async ValueTask<byte[]?> ReadPacketAsync(ConnectionContext connection)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(_packetTimeout);
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(deadline.Token);
            if (TryTake(read.Buffer, out var block, out var end))
            {
                input.AdvanceTo(end);
                return block.Length > 0 ? block : null;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    private static bool TryTake(in ReadOnlySequence<byte> buffer, out byte[] block, out SequencePosition end)
    {
        block = [];
        end = buffer.Start;
        Span<byte> bytes = stackalloc byte[UwsgiHeader.Size];
        if (buffer.Length < bytes.Length)
        {
            return false;
        }

        buffer.Slice(0, bytes.Length).CopyTo(bytes);
        UwsgiHeader.TryRead(bytes, out var header);
        if (buffer.Length < bytes.Length + header.DataSize)
        {
            return false;
        }

        var data = buffer.Slice(bytes.Length, header.DataSize);
        block = data.ToArray();
        end = data.End;
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.UwsgiRequestRefused, LogLevel.Debug, "A uwsgi packet from {RemoteEndPoint} was refused: its variables are malformed or ambiguous.")]
        public static partial void Refused(ILogger logger, EndPoint? remoteEndPoint);

        [LoggerMessage(RouterEventIds.UwsgiConnectionEnded, LogLevel.Debug, "The uwsgi connection from {RemoteEndPoint} ended early: {Problem}")]
        public static partial void Ended(ILogger logger, EndPoint? remoteEndPoint, string problem);
    }
}
