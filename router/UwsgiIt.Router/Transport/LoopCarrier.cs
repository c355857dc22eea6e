using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Transport;

/// <summary>
/// The one connection of a listener that Kestrel accepts. Kestrel begins every connection on the thread pool: two wakes and two thread hops,
/// a fifth of the CPU of a TLS handshake. Clients behind the carrier begin on their loop instead, in the same pipeline. What Kestrel does to
/// its connections (heartbeat, wish to close, abort) it does to the carrier, which passes it on and ends when they all have.
/// </summary>
internal sealed partial class LoopCarrier : DefaultConnectionContext
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _start;
    private readonly LoopClients[] _clients;
    private readonly ILogger _logger;
    private ConnectionDelegate? _pipeline;
    private KeyValuePair<Type, object>[] _inherited = [];
    private int _open = 1; // clients, and one for the carrier itself until it is to close
    private int _closing;

    /// <summary><paramref name="start"/> is called once there is a pipeline to serve clients with.</summary>
    public LoopCarrier(EndPoint endPoint, IReadOnlyList<EventLoop> loops, Action start, ILogger logger)
        : base(CorrelationId.Next())
    {
        _start = start;
        _logger = logger;
        _clients = [.. loops.Select(static loop => new LoopClients(loop))];
        LocalEndPoint = endPoint;
    }

    /// <summary>Cancelled when clients are to end after the request that they are at.</summary>
    public CancellationToken CloseRequested { get; private set; }

    /// <summary>What Kestrel gives a connection for itself, under types that only it knows; shared by all clients.</summary>
    public ReadOnlySpan<KeyValuePair<Type, object>> Inherited => _inherited;

    /// <summary>Serves clients through <paramref name="pipeline"/> until Kestrel wants the end and the last of them is gone.</summary>
    public async Task RunAsync(ConnectionDelegate pipeline)
    {
        _pipeline = pipeline;
        _inherited = [.. Features.Where(static feature => !feature.Key.IsPublic)];
        CloseRequested = Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static state => ((LoopCarrier)state).Tick(), this);
        await using var registration = CloseRequested.UnsafeRegister(static state => ((LoopCarrier)state!).Close(), this);
        _start();
        await _ended.Task;
    }

    /// <summary>Begins a client; on its loop only.</summary>
    public void Begin(LoopConnection client)
    {
        // Watched before anybody has it, who may close it at once.
        client.Start();
        if (!TryEnter())
        {
            client.Client.Loop.CountClient(-1);
            _ = client.DisposeAsync().AsTask();
            return;
        }

        _clients[client.Client.Loop.Index].Add(client);
        _ = ServeAsync(client);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Close();
        foreach (var clients in _clients)
        {
            clients.Abort(abortReason);
        }
    }

    /// <summary>No further client begins.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            Leave();
        }
    }

    private async Task ServeAsync(LoopConnection client)
    {
        try
        {
            await _pipeline!(client);
        }
        catch (Exception e)
        {
            // As Kestrel: one connection's fault is its own.
            Log.Failed(_logger, client.ConnectionId, e);
        }

        try
        {
            await client.CompleteAsync();
            await client.DisposeAsync();
        }
        catch (Exception e)
        {
            Log.Failed(_logger, client.ConnectionId, e);
        }

        _clients[client.Client.Loop.Index].Remove(client);
        Leave();
    }

    private void Tick()
    {
        foreach (var clients in _clients)
        {
            clients.Tick();
        }
    }

    private bool TryEnter()
    {
        for (var open = Volatile.Read(ref _open); open > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _open, open + 1, open);
            if (seen == open)
            {
                return true;
            }

            open = seen;
        }

        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _ended.TrySetResult();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.ConnectionFailed, LogLevel.Error, "Connection {Id} failed.")]
        public static partial void Failed(ILogger logger, string id, Exception exception);
    }
}
