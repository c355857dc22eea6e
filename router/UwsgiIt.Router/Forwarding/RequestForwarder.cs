using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// The way of a request to an upstream and back: 1 see what it is, 2 take the body in where its length must be known, 3 write the head,
/// 4 connect, 5 send head and body while 6 the response head is awaited, 7 stream the response, 8 keep the connection or close it.
/// </summary>
internal sealed partial class RequestForwarder(
    IUpstreamConnector connector,
    UpstreamDeadlines deadlines,
    Http2Forwarder http2,
    NamePolicies policies,
    UpgradeLimits upgrades,
    RouterMetrics metrics,
    IOptionsMonitor<ForwardingOptions> options,
    ILogger<RequestForwarder> logger) : IRequestForwarder
{
    private static readonly UwsgiCodec Uwsgi = new();
    private static readonly HttpCodec Http = new();
    private static readonly FastCgiCodec FastCgi = new();
    private static readonly ScgiCodec Scgi = new();

    public ValueTask<ForwardOutcome> ForwardAsync(HttpContext context, Upstream upstream, TransformedRequest? transformed) =>
        upstream.Protocol == UpstreamProtocol.H2c ? http2.ForwardAsync(context, upstream) : ForwardByCodecAsync(context, upstream, transformed);

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<ForwardOutcome> ForwardByCodecAsync(HttpContext context, Upstream upstream, TransformedRequest? transformed)
    {
        // A stream of HTTP/2 begins on the thread pool: it goes where its connection is, and where connections to the upstream are kept.
        if (EventLoop.Current is null && context.Features.Get<IEventLoopFeature>() is { } home)
        {
            await home.Loop.Enter();
        }

        // 1.
        var policy = policies.Of(context);
        var request = ForwardRequest.Rent(context, upstream, CodecOf(upstream.Protocol), options.CurrentValue, transformed, policy.Underscores);
        request.Bandwidth = policy.Bandwidth;
        request.UploadBandwidth = policy.UploadBandwidth;
        request.ClientStallTimeout = policy.ClientStallTimeout ?? request.Settings.ClientStallTimeout;
        try
        {
            if (request.Upgrade != UpgradeKind.None)
            {
                if (request.Upgrade == UpgradeKind.Upgrade && HasEarlyBytes(request))
                {
                    metrics.RequestRefused(nameof(RequestRefusal.BytesAfterUpgrade));
                    return ForwardOutcome.BytesAfterUpgrade;
                }

                if (!upgrades.TryEnter(NameOf(context)))
                {
                    return ForwardOutcome.TooManyUpgrades;
                }

                request.HoldsUpgrade = true;
            }

            // 2.
            if ((policy.BufferUploads ? request.BodyLength != 0 && request.Body is null : request.BodyLength < 0 && request.Codec.NeedsBodyLength)
                && upstream.Modifier1 != UwsgiCodec.RawModifier && await TakeBodyAsync(request) is var taken and not ForwardOutcome.Completed)
            {
                return taken;
            }

            // 3.
            var written = request.Codec.WriteHead(request.Buffer, request, request.Settings);
            if (request.DroppedHeaders > 0)
            {
                metrics.HeadersDropped(request.DroppedHeaders);
            }

            if (written != ForwardOutcome.Completed)
            {
                if (written == ForwardOutcome.BadRequestHeader)
                {
                    metrics.RequestRefused(request.Refusal.ToString());
                }

                return written;
            }

            while (true)
            {
                // 4.
                if (!TryRent(request) && await ConnectAsync(request) is var failure and not ForwardOutcome.Completed)
                {
                    return failure;
                }

                // 5 to 8.
                var wasReused = request.Connection.IsReused;
                var outcome = await ExchangeAsync(request);

                // A kept connection may have been closed by the upstream just as we wrote to it. With no body spent, that is no reason to fail.
                if (outcome != ForwardOutcome.ClosedEarly || !wasReused || request.BodyLength != 0)
                {
                    return outcome;
                }
            }
        }
        finally
        {
            if (request.HoldsUpgrade)
            {
                upgrades.Leave(NameOf(context));
            }

            request.Return();
        }
    }

    private static IUpstreamCodec CodecOf(UpstreamProtocol protocol) => protocol switch
    {
        UpstreamProtocol.Http => Http,
        UpstreamProtocol.FastCgi => FastCgi,
        UpstreamProtocol.Scgi => Scgi,
        _ => Uwsgi,
    };

    private static string NameOf(HttpContext context) => SubscriptionKeys.HostPart(context.Request.Headers.Host.ToString()).TrimEnd('.');

    private static bool TryRent(ForwardRequest request)
    {
        if (!request.CanReuse || !request.Upstream.TryRent(out var idle))
        {
            return false;
        }

        request.Connection = idle;
        return true;
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<ForwardOutcome> ConnectAsync(ForwardRequest request)
    {
        try
        {
            request.Connection = await connector.ConnectAsync(request.Upstream, request.Settings.ConnectTimeout, request.Context.RequestAborted);
            deadlines.Add(request.Connection);
            return ForwardOutcome.Completed;
        }
        catch (SocketException)
        {
            return ForwardOutcome.ConnectFailed;
        }
        catch (TimeoutException)
        {
            return ForwardOutcome.ConnectTimeout;
        }
        catch (OperationCanceledException)
        {
            return ForwardOutcome.ClientAborted;
        }
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<ForwardOutcome> ExchangeAsync(ForwardRequest request)
    {
        var context = request.Context;
        var connection = request.Connection;
        var keep = false;
        Task<ForwardOutcome>? upload = null;
        var aborted = context.RequestAborted.UnsafeRegister(static state => ((UpstreamConnection)state!).Abort(), connection);
        try
        {
            connection.EndBy = After(request.Settings.MaxRequestTime);
            connection.Deadline = After(request.Settings.ResponseTimeout);
            await connection.SendAsync(request.Buffer.Memory);
            if (request.BodyLength != 0)
            {
                upload = UploadAsync(request);
            }

            var (outcome, reusable) = await DownloadAsync(request);
            keep = reusable && outcome == ForwardOutcome.Completed && request.CanReuse && upload is null or { IsCompletedSuccessfully: true, Result: ForwardOutcome.Completed };
            return upload is { IsCompletedSuccessfully: true } && outcome == ForwardOutcome.ClosedEarly && upload.Result is not (ForwardOutcome.Completed or ForwardOutcome.ClosedEarly)
                ? upload.Result
                : outcome;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            connection.Abort();
            return Failed(context, connection, upload is null ? null : await EndUploadAsync(context, upload));
        }
        finally
        {
            // A client that goes away now must not cut off whoever has the connection next; one that went earlier may have.
            aborted.Dispose();
            if (keep && !connection.IsClosed)
            {
                request.Upstream.Return(connection, request.Settings.MaxIdleConnections, request.Settings.IdleConnectionTimeout);
            }
            else
            {
                if (upload is { IsCompleted: false })
                {
                    // The answer is complete; what the client still sends has nowhere to go. An upload that waits for the upstream is woken
                    // by the end of the connection, which must not be closed under it.
                    connection.Abort();
                    await EndUploadAsync(context, upload);
                }

                deadlines.Remove(connection);
                connection.Dispose();
            }
        }
    }

    /// <summary>Has the upload stop where it waits, and says how it ended.</summary>
    private static Task<ForwardOutcome> EndUploadAsync(HttpContext context, Task<ForwardOutcome> upload)
    {
        if (!upload.IsCompleted)
        {
            context.Request.BodyReader.CancelPendingRead();
        }

        return upload;
    }

    /// <summary>What an exception on the way means, and the end of a response that has begun.</summary>
    private static ForwardOutcome Failed(HttpContext context, UpstreamConnection connection, ForwardOutcome? upload)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return ForwardOutcome.AbortedAfterStart;
        }

        context.Response.Headers.Clear();

        // A client that broke its own body is the cause, not the upstream that we then cut off.
        return upload is ForwardOutcome.BadRequestBody or ForwardOutcome.RequestBodyTooLarge or ForwardOutcome.ClientAborted ? upload.Value
            : context.RequestAborted.IsCancellationRequested ? ForwardOutcome.ClientAborted
            : connection.TimedOut ? ForwardOutcome.ResponseTimeout
            : ForwardOutcome.ClosedEarly;
    }

    private static long After(TimeSpan time) => Environment.TickCount64 + (long)time.TotalMilliseconds;

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.BadResponse, LogLevel.Warning, "The answer of {Upstream} was refused: {Problem}.")]
        public static partial void BadResponse(ILogger logger, string upstream, string problem);

        [LoggerMessage(RouterEventIds.FastCgiError, LogLevel.Information, "{Upstream} wrote to standard error: {Text}")]
        public static partial void FastCgiError(ILogger logger, string upstream, string text);
    }
}
