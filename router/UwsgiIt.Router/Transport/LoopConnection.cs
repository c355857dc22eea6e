using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>A client's connection as Kestrel knows it.</summary>
internal sealed partial class LoopConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature,
    IConnectionEndPointFeature, IMemoryPoolFeature, IConnectionHeartbeatFeature, IConnectionLifetimeNotificationFeature, IConnectionCompleteFeature, IClientProgress, IEventLoopFeature
{
    private static readonly Type[] OwnTypes =
    [
        typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature), typeof(IConnectionItemsFeature), typeof(IConnectionLifetimeFeature), typeof(IConnectionEndPointFeature),
        typeof(IMemoryPoolFeature), typeof(IConnectionHeartbeatFeature), typeof(IConnectionLifetimeNotificationFeature), typeof(IConnectionCompleteFeature),
        typeof(IClientProgress), typeof(IEventLoopFeature),
    ];

    private readonly CancellationTokenSource _closed = new();
    private readonly LoopClient _client;
    private readonly LoopCarrier _carrier;
    private string? _id;
    private IDictionary<object, object?>? _items;
    private Callback? _heartbeat;
    private Completion? _completion;
    private int _gone;

    public LoopConnection(StreamSocket socket, EventLoop loop, MemoryPool<byte> pool, LoopCarrier carrier)
    {
        MemoryPool = pool;
        LocalEndPoint = socket.LocalEndPoint();
        RemoteEndPoint = socket.RemoteEndPoint();
        ConnectionClosed = _closed.Token;
        ConnectionClosedRequested = carrier.CloseRequested;
        _carrier = carrier;
        _client = new LoopClient(socket, loop, SignalClosed);
        Transport = _client;
    }

    public EventLoop Loop => _client.Loop;

    public override string ConnectionId
    {
        get => _id ??= CorrelationId.Next();
        set => _id = value;
    }

    public MemoryPool<byte> MemoryPool { get; }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    /// <summary>The socket under <see cref="Transport"/>, for TLS.</summary>
    public LoopClient Client => _client;

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public CancellationToken ConnectionClosedRequested { get; set; }

    public bool TryGetProgress(out TcpProgress progress) => _client.TryGetProgress(out progress);

    /// <summary>Neighbours in the list of the loop's clients, which alone touches them.</summary>
    public LoopConnection? Before { get; set; }

    public LoopConnection? After { get; set; }

    public void Start() => _client.Watch();

    public void OnHeartbeat(Action<object> action, object state)
    {
        var added = new Callback(action, state, null);
        do
        {
            added.Next = Volatile.Read(ref _heartbeat);
        }
        while (Interlocked.CompareExchange(ref _heartbeat, added, added.Next) != added.Next);
    }

    public void Tick()
    {
        for (var callback = Volatile.Read(ref _heartbeat); callback is not null; callback = callback.Next)
        {
            callback.Action(callback.State);
        }
    }

    public void OnCompleted(Func<object, Task> callback, object state) => _completion = new Completion(callback, state, _completion);

    /// <summary>Runs what waits for the pipeline's end, the last first.</summary>
    public async ValueTask CompleteAsync()
    {
        for (var completion = _completion; completion is not null; completion = completion.Next)
        {
            await completion.Callback(completion.State);
        }
    }

    /// <summary>Not for one client: Kestrel asks the carrier, and with it all.</summary>
    public void RequestClose() => throw new NotSupportedException("A client is asked to close with all others of its listener.");

    public override void Abort() => Abort(new ConnectionAbortedException());

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _client.AbortReason ??= abortReason;
        _client.Reset();
        SignalClosed();
    }

    public override ValueTask DisposeAsync()
    {
        _client.Input.Complete();
        _client.Output.Complete();
        _client.Dispose();
        SignalClosed();
        return base.DisposeAsync();
    }

    /// <summary>Once, and never inside of what noticed it.</summary>
    private void SignalClosed()
    {
        if (Interlocked.Exchange(ref _gone, 1) == 0)
        {
            _client.Loop.Schedule(static closed => ((CancellationTokenSource)closed!).Cancel(), _closed);
        }
    }

    private sealed class Callback(Action<object> action, object state, Callback? next)
    {
        public Action<object> Action { get; } = action;

        public object State { get; } = state;

        public Callback? Next { get; set; } = next;
    }

    private sealed record Completion(Func<object, Task> Callback, object State, Completion? Next);
}
