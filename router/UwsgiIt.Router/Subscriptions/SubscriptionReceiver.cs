using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>The way of one datagram: read, verify, apply, remember, acknowledge, pass on. One at a time, whatever socket it came from.</summary>
internal sealed partial class SubscriptionReceiver : IDisposable
{
    private readonly Lock _turn = new();
    private readonly SubscriptionVerifier _verifier;
    private readonly ISubscriptionSink _sink;
    private readonly SubscriptionAck _ack;
    private readonly Resubscriber _resubscriber;
    private readonly RouterMetrics _metrics;
    private readonly ILogger<SubscriptionReceiver> _logger;

    public SubscriptionReceiver(
        SubscriptionVerifier verifier,
        ISubscriptionSink sink,
        SubscriptionAck ack,
        Resubscriber resubscriber,
        RouterMetrics metrics,
        ILogger<SubscriptionReceiver> logger)
    {
        _verifier = verifier;
        _sink = sink;
        _ack = ack;
        _resubscriber = resubscriber;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Takes a datagram as it arrived; one longer than the limit must be handed over with its true, excessive length.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, in PacketSource source)
    {
        if (!SubscriptionPacketReader.TryRead(datagram, out var packet, out var shape))
        {
            Reject(source, null, shape.ToString());
            return;
        }

        lock (_turn)
        {
            if (!_verifier.TryVerify(packet, datagram, source, out var subscription, out var rejection))
            {
                Reject(source, packet.Key, rejection.ToString());
                return;
            }

            var outcome = _sink.Apply(subscription);
            if (outcome == SubscriptionOutcome.LimitReached)
            {
                Reject(source, packet.Key, nameof(SubscriptionRejection.LimitReached));
                return;
            }

            // Also when there was no such node: a genuine unsubscribe must not come back as a subscribe later.
            _verifier.Accepted(subscription, datagram, source);
            _metrics.PacketReceived(outcome.ToString());
            if (outcome == SubscriptionOutcome.NodeAdded)
            {
                _ack.Send(subscription);
            }

            _resubscriber.Send(datagram);
        }
    }

    /// <summary>True when a datagram would get its turn within the time: the announcing path is not stuck.</summary>
    public bool IsAlive(TimeSpan within)
    {
        if (!_turn.TryEnter(within))
        {
            return false;
        }

        _turn.Exit();
        return true;
    }

    public void Dispose() => _ack.Dispose();

    private void Reject(in PacketSource source, string? key, string rejection)
    {
        _metrics.PacketReceived(rejection);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.Rejected(_logger, source.ToString(), key, rejection);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.PacketRejected, LogLevel.Debug, "Packet from {Source} for {Key} rejected: {Rejection}.", SkipEnabledCheck = true)]
        public static partial void Rejected(ILogger logger, string source, string? key, string rejection);
    }
}
