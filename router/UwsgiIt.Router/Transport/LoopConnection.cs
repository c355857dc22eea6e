using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>A client's connection as Kestrel knows it.</summary>
internal sealed class LoopConnection : ConnectionContext, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IMemoryPoolFeature, IClientProgress
{
    private readonly CancellationTokenSource _closed = new();
    private readonly LoopClient _client;
    private string? _id;
    private IDictionary<object, object?>? _items;
    private int _gone;

    public LoopConnection(StreamSocket socket, EventLoop loop, MemoryPool<byte> pool)
    {
        MemoryPool = pool;
        LocalEndPoint = socket.LocalEndPoint();
        RemoteEndPoint = socket.RemoteEndPoint();
        ConnectionClosed = _closed.Token;
        _client = new LoopClient(socket, loop, SignalClosed);
        Transport = _client;
        var features = new FeatureCollection();
        features.Set<IConnectionIdFeature>(this);
        features.Set<IConnectionTransportFeature>(this);
        features.Set<IConnectionItemsFeature>(this);
        features.Set<IConnectionLifetimeFeature>(this);
        features.Set<IConnectionEndPointFeature>(this);
        features.Set<IMemoryPoolFeature>(this);
        features.Set<IClientProgress>(this);
        Features = features;
    }

    public override string ConnectionId
    {
        get => _id ??= CorrelationId.Next();
        set => _id = value;
    }

    public MemoryPool<byte> MemoryPool { get; }

    public override IFeatureCollection Features { get; }

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

    public bool TryGetProgress(out TcpProgress progress) => _client.TryGetProgress(out progress);

    public void Start() => _client.Watch();

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

    /// <summary>Once, and never on the loop: what hangs on the token is the application's.</summary>
    private void SignalClosed()
    {
        if (Interlocked.Exchange(ref _gone, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        }
    }
}
