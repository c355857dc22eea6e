using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.LoadBalancing;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Routing;

/// <summary>A request whose slot is known, from whatever listener it came: slot → node → upstream, another node when one cannot be reached, and an answer in every case.</summary>
internal sealed partial class SlotForwarder(
    IRequestForwarder forwarder,
    OnDemandVassals onDemand,
    ErrorAnswer answer,
    ActiveRequests active,
    RouterMetrics metrics,
    IOptionsMonitor<ForwardingOptions> options,
    ILogger<SlotForwarder> logger)
{
    /// <summary>Forwards and answers; never throws for what a client or a node did.</summary>
    public async Task ForwardAsync(HttpContext context, Slot slot)
    {
        active.Begin();
        try
        {
            var outcome = await TryNodesAsync(context, slot);
            if (StatusOf(outcome) is var status and > 0)
            {
                metrics.UpstreamFailed(outcome);
                await answer.WriteAsync(context, status);
            }
        }
        finally
        {
            active.End();
        }
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<ForwardOutcome> TryNodesAsync(HttpContext context, Slot slot)
    {
        var trace = context.Features.Get<RequestTrace>();
        var settings = options.CurrentValue;
        var selection = new SelectionContext(context.Connection.RemoteIpAddress, settings.MaxRequestsPerNode, (long)settings.SlowStart.TotalMilliseconds);
        var outcome = ForwardOutcome.NoNode;
        var node = slot.Select(selection);
        if (node is null && settings.MaxRequestsPerNode > 0 && Array.Exists(slot.Nodes, static node => node.IsLive))
        {
            node = await QueueAsync(slot, selection, settings, context.RequestAborted);
            if (node is null)
            {
                return ForwardOutcome.Busy;
            }
        }

        node ??= slot.SelectProbe() ?? await onDemand.WaitAsync(slot, selection, context.RequestAborted);
        var attempts = settings.MaxAttempts;
        for (var attempt = 1; node is not null && attempt <= attempts; attempt++)
        {
            if (trace is not null)
            {
                trace.Upstream = node.Upstream?.Address.Text;
                trace.Attempts++;
            }

            var begin = Stopwatch.GetTimestamp();
            node.BeginRequest();
            try
            {
                outcome = node.Upstream is { } upstream ? await forwarder.ForwardAsync(context, upstream) : ForwardOutcome.ConnectFailed;
            }
            finally
            {
                node.EndRequest();
                slot.SignalRoom();
            }

            node.CountAnswer(outcome == ForwardOutcome.Completed ? context.Response.StatusCode : StatusOf(outcome), Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            Learn(slot, node, outcome);
            if (outcome is not (ForwardOutcome.ConnectFailed or ForwardOutcome.ConnectTimeout) && !MayRepeat(context, outcome, attempt))
            {
                break;
            }

            node = slot.TrySpendRetry() ? slot.Select(selection, tried: node) : null;
        }

        return outcome;
    }

    /// <summary>Waits its turn while every node has as many requests as it may have; null when it did not come in time.</summary>
    private static async ValueTask<Node?> QueueAsync(Slot slot, SelectionContext selection, ForwardingOptions settings, CancellationToken cancellationToken)
    {
        if (!slot.TryQueue(settings.MaxQueued))
        {
            return null;
        }

        try
        {
            var until = Environment.TickCount64 + (long)settings.QueueTimeout.TotalMilliseconds;
            while (true)
            {
                if (slot.Select(selection) is { } node)
                {
                    return node;
                }

                var left = until - Environment.TickCount64;
                if (left <= 0 || !await slot.WaitForRoomAsync(TimeSpan.FromMilliseconds(left), cancellationToken))
                {
                    return null;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client did not wait.
            return null;
        }
        finally
        {
            slot.LeaveQueue();
        }
    }

    /// <summary>A node that refuses connections gets no requests until its next announce, or until a probe reaches it.</summary>
    public void Learn(Slot slot, Node node, ForwardOutcome outcome)
    {
        var settings = options.CurrentValue;
        if (outcome == ForwardOutcome.Completed)
        {
            node.CountSuccess();
        }
        else if (outcome is ForwardOutcome.ClosedEarly or ForwardOutcome.BadResponse or ForwardOutcome.ResponseTimeout or ForwardOutcome.AbortedAfterStart
            && node.CountFailure() >= settings.EjectAfterFailures && !node.IsEjected && Array.Exists(slot.Nodes, other => other != node && other.IsLive))
        {
            node.Eject(settings.EjectionTime, settings.MaxEjectionTime);
            Log.Ejected(logger, node.Upstream?.Address.Text, slot.Key, outcome);
        }

        if (outcome == ForwardOutcome.ConnectFailed)
        {
            if (node.MarkDead())
            {
                Log.ConnectFailed(logger, node.Upstream?.Address.Text, slot.Key);
            }
        }
        else if (node.IsDead && outcome != ForwardOutcome.ConnectTimeout)
        {
            node.ProbeSucceeded();
        }
    }

    /// <summary>A request that changes nothing and has no body may be sent once more when its node died before a byte of the answer.</summary>
    private static bool MayRepeat(HttpContext context, ForwardOutcome outcome, int attempt) =>
        outcome == ForwardOutcome.ClosedEarly && attempt == 1 && context.Request.ContentLength is null or 0
        && context.Features.Get<BufferedBody>() is null
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));

    /// <summary>The answer for an outcome, or 0 when there is nothing left to say.</summary>
    private static int StatusOf(ForwardOutcome outcome) => outcome switch
    {
        ForwardOutcome.BadRequestBody or ForwardOutcome.BadRequestTarget or ForwardOutcome.BadRequestHeader or ForwardOutcome.BytesAfterUpgrade => StatusCodes.Status400BadRequest,
        ForwardOutcome.RequestBodyTooLarge => StatusCodes.Status413PayloadTooLarge,
        ForwardOutcome.RequestHeadTooLarge => StatusCodes.Status431RequestHeaderFieldsTooLarge,
        ForwardOutcome.ConnectFailed or ForwardOutcome.ClosedEarly or ForwardOutcome.BadResponse => StatusCodes.Status502BadGateway,
        ForwardOutcome.NoNode or ForwardOutcome.Busy or ForwardOutcome.TooManyUpgrades => StatusCodes.Status503ServiceUnavailable,
        ForwardOutcome.ConnectTimeout or ForwardOutcome.ResponseTimeout => StatusCodes.Status504GatewayTimeout,
        _ => 0,
    };

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.NodeEjected, LogLevel.Warning, "Node {Node} of {Key} is taken out for a while: its answers failed too often in a row, last by {Outcome}.")]
        public static partial void Ejected(ILogger logger, string? node, string key, ForwardOutcome outcome);

        [LoggerMessage(RouterEventIds.NodeConnectFailed, LogLevel.Warning, "Node {Node} of {Key} cannot be reached; it gets no requests until it announces itself again.")]
        public static partial void ConnectFailed(ILogger logger, string? node, string key);
    }
}
