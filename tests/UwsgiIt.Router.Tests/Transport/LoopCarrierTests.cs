using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Transport;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Transport;

/// <summary>What Kestrel does to its connections reaches the clients behind a carrier.</summary>
public sealed class LoopCarrierTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EventLoops _loops = new(Options.Create(new TransportOptions { Loops = 2 }), NullLogger<EventLoops>.Instance);
    private readonly ListLogger<LoopTransport> _log = new();
    private readonly Channel<ConnectionContext> _begun = Channel.CreateUnbounded<ConnectionContext>();
    private readonly List<Socket> _clients = [];
    private readonly Kestrel _kestrel = new();
    private IConnectionListener _listener = null!;
    private LoopCarrier _carrier = null!;
    private Task _carrying = null!;

    public async Task InitializeAsync()
    {
        _listener = await new LoopTransport(_loops, new Pools(), _log).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        _carrier = (LoopCarrier)(await _listener.AcceptAsync())!;
        _carrier.Features.Set<IConnectionHeartbeatFeature>(_kestrel);
        _carrier.Features.Set<IConnectionLifetimeNotificationFeature>(_kestrel);
        _carrier.Features.Set<IInternal>(_kestrel);
        _carrying = _carrier.RunAsync(ServeAsync);
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        _clients.ForEach(static client => client.Dispose());
    }

    public void Dispose()
    {
        _loops.Dispose();
        _kestrel.Dispose();
    }

    [Fact]
    public async Task Client_BeginsOnALoop_AndItsEndEndsItsSocket()
    {
        var client = await ConnectAsync();
        client.Send("loop"u8);
        Assert.Equal("on a loop", await ReceiveToEndAsync(client));
    }

    [Fact]
    public async Task Heartbeat_ReachesEveryClientOnce()
    {
        const int Clients = 700;
        var ticks = new int[Clients];
        var left = new CountdownEvent(Clients);
        for (var i = 0; i < Clients; i++)
        {
            var number = i;
            await ConnectAsync();
            (await BegunAsync()).Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ =>
            {
                ticks[number]++;
                left.Signal();
            }, this);
        }

        _kestrel.Beat();
        Assert.True(left.Wait(Patience));
        Assert.All(ticks, static count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Heartbeat_SurvivesClientsThatLeaveInItsMidst()
    {
        var left = new CountdownEvent(600);
        for (var i = 0; i < 600; i++)
        {
            var client = await ConnectAsync();
            (await BegunAsync()).Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ =>
            {
                client.Dispose();
                left.Signal();
            }, this);
        }

        while (!left.IsSet)
        {
            _kestrel.Beat();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task CloseRequested_EndsTheCarrierWithTheLastClient_AndLetsNoneIn()
    {
        var first = await ConnectAsync();
        var begun = await BegunAsync();
        var asked = begun.Features.Get<IConnectionLifetimeNotificationFeature>()!.ConnectionClosedRequested;
        _kestrel.RequestClose();
        Assert.True(asked.IsCancellationRequested);
        Assert.False(_carrying.IsCompleted);
        first.Send("loop"u8);
        Assert.Equal("on a loop", await ReceiveToEndAsync(first));
        await _carrying.WaitAsync(Patience);
        var late = await ConnectAsync();
        Assert.Equal("", await ReceiveToEndAsync(late));
    }

    [Fact]
    public async Task Abort_ReachesEveryClient()
    {
        await ConnectAsync();
        await ConnectAsync();
        var (one, other) = (await BegunAsync(), await BegunAsync());
        _carrier.Abort(new ConnectionAbortedException("enough"));
        await ClosedAsync(one);
        await ClosedAsync(other);
        await _carrying.WaitAsync(Patience);
    }

    [Fact]
    public async Task Fault_IsLogged_AndItsClientClosed_AndNoOther()
    {
        var other = await ConnectAsync();
        await BegunAsync();
        var client = await ConnectAsync();
        client.Send("fail"u8);
        Assert.Equal("", await ReceiveToEndAsync(client));
        other.Send("loop"u8);
        Assert.Equal("on a loop", await ReceiveToEndAsync(other));
        Assert.Contains(_log.Entries, static entry => entry.Text.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Features_AreItsOwn_ThenWhatWasSet_ThenWhatOnlyKestrelKnows()
    {
        await ConnectAsync();
        var features = (await BegunAsync()).Features;
        Assert.Same(_kestrel, features.Get<IInternal>());
        Assert.NotSame(_kestrel, features.Get<IConnectionHeartbeatFeature>());
        Assert.Null(features.Get<IConnectionMetricsTagsFeature>());
        var revision = features.Revision;
        features.Set("a");
        features.Set<IComparable>(1);
        features.Set<IComparable>(2);
        features.Set<IConnectionIdFeature>(null);
        Assert.Equal("a", features.Get<string>());
        Assert.Equal(2, features.Get<IComparable>());
        Assert.Null(features.Get<IConnectionIdFeature>());
        Assert.Equal(revision + 4, features.Revision);
        Assert.Contains(features, feature => feature.Key == typeof(IInternal) && feature.Value == _kestrel);
    }

    [Fact]
    public async Task OnCompleted_RunsWhenThePipelineHasEnded()
    {
        var client = await ConnectAsync();
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (await BegunAsync()).Features.Get<IConnectionCompleteFeature>()!.OnCompleted(_ =>
        {
            ran.TrySetResult();
            return Task.CompletedTask;
        }, this);
        Assert.False(ran.Task.IsCompleted);
        client.Send("loop"u8);
        await ran.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Clients_SpreadOverLoops()
    {
        var loops = new Dictionary<EventLoop, int>();
        for (var i = 0; i < 200; i++)
        {
            await ConnectAsync();
            var loop = ((LoopConnection)await BegunAsync()).Client.Loop;
            loops[loop] = loops.GetValueOrDefault(loop) + 1;
        }

        Assert.Equal(2, loops.Count);
        Assert.All(loops.Values, static count => Assert.InRange(count, 90, 110));
    }

    /// <summary>"loop" is answered by whether it runs on one, "fail" by a fault.</summary>
    private async Task ServeAsync(ConnectionContext connection)
    {
        var isOnLoop = EventLoop.Current is not null;
        _begun.Writer.TryWrite(connection);
        var read = await connection.Transport.Input.ReadAsync();
        var word = System.Text.Encoding.ASCII.GetString(read.Buffer.ToArray());
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        if (word == "fail")
        {
            throw new InvalidOperationException("as asked");
        }

        if (word == "loop")
        {
            await connection.Transport.Output.WriteAsync(isOnLoop ? "on a loop"u8.ToArray() : "elsewhere"u8.ToArray());
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _clients.Add(client);
        await client.ConnectAsync(_listener.EndPoint);
        return client;
    }

    private async Task<ConnectionContext> BegunAsync() => await _begun.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    private static async Task ClosedAsync(ConnectionContext connection)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = connection.ConnectionClosed.UnsafeRegister(_ => closed.TrySetResult(), null);
        await closed.Task.WaitAsync(Patience);
    }

    private static async Task<string> ReceiveToEndAsync(Socket client)
    {
        using var all = new MemoryStream();
        using var stream = new NetworkStream(client);
        try
        {
            await stream.CopyToAsync(all).WaitAsync(Patience);
        }
        catch (IOException)
        {
            // A reset is an end too.
        }

        return System.Text.Encoding.ASCII.GetString(all.ToArray());
    }

    /// <summary>Stands for what only Kestrel knows: not public, as its own are.</summary>
    private interface IInternal;

    private sealed class Kestrel : IConnectionHeartbeatFeature, IConnectionLifetimeNotificationFeature, IInternal, IDisposable
    {
        private readonly CancellationTokenSource _closing = new();
        private (Action<object> Action, object State) _beat;

        public CancellationToken ConnectionClosedRequested
        {
            get => _closing.Token;
            set => throw new NotSupportedException();
        }

        public void OnHeartbeat(Action<object> action, object state) => _beat = (action, state);

        public void Beat() => _beat.Action(_beat.State);

        public void RequestClose() => _closing.Cancel();

        public void Dispose() => _closing.Dispose();
    }

    private sealed class Pools : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }
}
