using System.Net;
using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Protocol;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>Binds the sockets of <see cref="SubscriptionOptions"/> and feeds the receiver, one thread per socket.</summary>
internal sealed partial class SubscriptionListener(
    IOptions<SubscriptionOptions> options,
    SubscriptionReceiver receiver,
    RouterMetrics metrics,
    ILogger<SubscriptionListener> logger) : IHostedService, IDisposable
{
    // One byte more than the longest packet, so that a longer one shows as too long instead of being cut to fit.
    private const int BufferBytes = ProtocolLimits.MaxSubscriptionBytes + 1;

    private readonly List<UnixDatagramListener> _unix = [];
    private readonly List<UdpListener> _udp = [];
    private readonly List<Thread> _threads = [];
    private volatile bool _stopping;

    /// <summary>Where announces are taken: paths and <c>ip:port</c>, with the port the kernel chose where 0 was asked for.</summary>
    public IReadOnlyList<string> Endpoints => [.. _unix.Select(static socket => socket.Path), .. _udp.Select(static socket => socket.LocalEndPoint.ToString())];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        foreach (var socket in settings.UnixSockets)
        {
            var mode = SubscriptionOptions.TryParseMode(socket.Mode, out var bits) ? bits : throw new InvalidOperationException("Options were not validated.");
            var bound = UnixDatagramListener.Bind(socket.Path, mode, settings.ReceiveBufferBytes);
            _unix.Add(bound);
            Start($"announces {socket.Path}", () => ReceiveUnix(bound));
            Log.Bound(logger, socket.Path);
        }

        foreach (var text in settings.UdpEndpoints)
        {
            var bound = UdpListener.Bind(IPEndPoint.Parse(text), BufferBytes, settings.ReceiveBufferBytes);
            _udp.Add(bound);
            Start($"announces {text}", () => ReceiveUdp(bound));
            Log.Bound(logger, bound.LocalEndPoint.ToString());
        }

        metrics.Meter.CreateObservableCounter("uwsgiit.router.packets.dropped", () => _udp.Sum(static socket => socket.Dropped), "{packet}", "Packets that the kernel threw away before we could read them: raise Subscription:ReceiveBufferBytes, or find the flood.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _unix.ForEach(static socket => socket.Stop());
        _udp.ForEach(static socket => socket.Stop());
        _threads.ForEach(static thread => thread.Join());
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _unix.ForEach(static socket => socket.Dispose());
        _udp.ForEach(static socket => socket.Dispose());
    }

    private void Start(string name, Action receive)
    {
        var thread = new Thread(() => ReceiveUntilStopped(receive)) { Name = name, IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void ReceiveUntilStopped(Action receive)
    {
        while (!_stopping)
        {
            try
            {
                receive();
            }
            catch (Exception e) when (!_stopping)
            {
                // Whatever one datagram did, the next sender is entitled to be heard.
                Log.ReceiveFailed(logger, e);
            }
        }
    }

    private void ReceiveUnix(UnixDatagramListener socket)
    {
        Span<byte> buffer = new byte[BufferBytes];
        while (socket.Receive(buffer, out var peer) is var length and >= 0)
        {
            var sender = peer is { } known ? new SenderCredentials(known.ProcessId, known.UserId, known.GroupId) : (SenderCredentials?)null;
            receiver.Receive(buffer[..Math.Min(length, BufferBytes)], new PacketSource(sender, null));
        }
    }

    private void ReceiveUdp(UdpListener socket)
    {
        while (socket.TryReceive(out var datagram, out var sender))
        {
            receiver.Receive(datagram, new PacketSource(null, sender));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.SubscriptionSocketBound, LogLevel.Information, "Taking announces on {Socket}.")]
        public static partial void Bound(ILogger logger, string socket);

        [LoggerMessage(RouterEventIds.SubscriptionReceiveFailed, LogLevel.Error, "Receiving announces failed; going on.")]
        public static partial void ReceiveFailed(ILogger logger, Exception exception);
    }
}
