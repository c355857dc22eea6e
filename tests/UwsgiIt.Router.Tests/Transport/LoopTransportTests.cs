using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using CsCheck;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Tests.Transport;

/// <summary>What Kestrel expects of a connection, over real sockets.</summary>
public sealed class LoopTransportTests() : LoopTransportContract(ring: false);

/// <summary>The same on io_uring.</summary>
public sealed class RingTransportTests() : LoopTransportContract(ring: true);

public abstract class LoopTransportContract(bool ring) : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EventLoops _loops = new(Options.Create(new TransportOptions { Loops = 2, Kind = ring ? TransportKind.IoUring : TransportKind.Epoll }), NullLogger<EventLoops>.Instance);
    private readonly Channel<ConnectionContext> _begun = Channel.CreateUnbounded<ConnectionContext>();
    private IConnectionListener _listener = null!;

    public async Task InitializeAsync()
    {
        Assert.All(_loops.All, loop => Assert.Equal(ring, loop.Ring is not null));
        _listener = await new LoopTransport(_loops, new Pools(), NullLogger<LoopTransport>.Instance).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var carrier = (LoopCarrier)(await _listener.AcceptAsync())!;
        _ = carrier.RunAsync(connection =>
        {
            // Never over: the tests end connections themselves.
            _begun.Writer.TryWrite(connection);
            return new TaskCompletionSource().Task;
        });
    }

    public async Task DisposeAsync() => await _listener.DisposeAsync();

    public void Dispose()
    {
        _loops.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Read_GivesWhatWasSent_ThenTheEnd()
    {
        var (client, server) = await ConnectAsync();
        client.Send("hello"u8);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("hello"u8.ToArray(), await ReadToEndAsync(server));
        await server.Transport.Output.WriteAsync("after the client's end"u8.ToArray());
        await server.DisposeAsync();
        Assert.Equal("after the client's end"u8.ToArray(), ReceiveToEnd(client));
    }

    [Fact]
    public async Task Read_GoesOnOnItsLoop_WhicheverThreadAsks()
    {
        for (var i = 0; i < 200; i++)
        {
            var (client, server) = await ConnectAsync();
            client.Send("x"u8);
            var loop = await Task.Run(async () =>
            {
                var read = await server.Transport.Input.ReadAsync();
                server.Transport.Input.AdvanceTo(read.Buffer.End);
                return EventLoop.Current;
            });
            Assert.NotNull(loop);
            client.Dispose();
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Read_UnconsumedBytesComeAgain_ExaminedOnesWaitForMore()
    {
        var (client, server) = await ConnectAsync();
        client.Send("ab"u8);
        var input = server.Transport.Input;
        var read = await input.ReadAsync();
        input.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.GetPosition(1));
        Assert.True(input.TryRead(out read));
        Assert.Equal("b"u8.ToArray(), read.Buffer.ToArray());
        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.False(input.TryRead(out _));
        var waiting = input.ReadAsync().AsTask();
        client.Send("c"u8);
        Assert.Equal("bc"u8.ToArray(), (await waiting.WaitAsync(Patience)).Buffer.ToArray());
    }

    [Fact]
    public async Task Read_IsEndedByCancelPendingRead_AndByAToken()
    {
        var (client, server) = await ConnectAsync();
        var waiting = server.Transport.Input.ReadAsync().AsTask();
        server.Transport.Input.CancelPendingRead();
        Assert.True((await waiting.WaitAsync(Patience)).IsCanceled);
        using var source = new CancellationTokenSource();
        var canceled = server.Transport.Input.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled.WaitAsync(Patience));
        client.Send("still there"u8);
        Assert.Equal("still there"u8.ToArray(), (await server.Transport.Input.ReadAsync()).Buffer.ToArray());
    }

    [Fact]
    public async Task Reset_FailsTheRead_AndSignalsClosed()
    {
        var (client, server) = await ConnectAsync();
        var waiting = server.Transport.Input.ReadAsync().AsTask();
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        await Assert.ThrowsAsync<ConnectionResetException>(() => waiting.WaitAsync(Patience));
        await ClosedAsync(server);
    }

    [Fact]
    public async Task PeerGone_IsSignalledWhileNobodyReads()
    {
        var (client, server) = await ConnectAsync();
        client.Dispose();
        await ClosedAsync(server);
    }

    [Fact]
    public async Task Abort_EndsReadAndFlush_WithItsReason()
    {
        var (client, server) = await ConnectAsync();
        var reading = server.Transport.Input.ReadAsync().AsTask();
        var writing = server.Transport.Output.WriteAsync(new byte[64 << 20]).AsTask();
        Assert.False(writing.IsCompleted);
        server.Abort(new ConnectionAbortedException("enough"));
        Assert.Equal("enough", (await Assert.ThrowsAsync<ConnectionAbortedException>(() => reading.WaitAsync(Patience))).Message);
        Assert.True((await writing.WaitAsync(Patience)).IsCompleted);
        await ClosedAsync(server);
        client.Dispose();
    }

    [Fact]
    public async Task Flush_WaitsForASlowClient_AndLosesNothing()
    {
        var (client, server) = await ConnectAsync();
        var bytes = new byte[32 << 20];
        new Random(1).NextBytes(bytes);
        var writing = server.Transport.Output.WriteAsync(bytes).AsTask();
        Assert.False(writing.IsCompleted);
        var ending = writing.ContinueWith(async _ => await server.DisposeAsync(), TaskScheduler.Default).Unwrap();
        Assert.Equal(bytes, await Task.Run(() => ReceiveToEnd(client)));
        await ending.WaitAsync(Patience);
    }

    [Fact]
    public async Task Flush_IsEndedByCancelPendingFlush_AndGoesOnAfterwards()
    {
        var (client, server) = await ConnectAsync();
        var bytes = new byte[16 << 20];
        new Random(2).NextBytes(bytes);
        var output = server.Transport.Output;
        var writing = output.WriteAsync(bytes).AsTask();
        output.CancelPendingFlush();
        Assert.True((await writing.WaitAsync(Patience)).IsCanceled);
        Assert.True(output.UnflushedBytes > 0);
        var rest = output.FlushAsync().AsTask();
        var receiving = Task.Run(() => ReceiveToEnd(client));
        Assert.False((await rest.WaitAsync(Patience)).IsCanceled);
        await server.DisposeAsync();
        Assert.Equal(bytes, await receiving);
    }

    [Fact]
    public void AnyCuts_ArriveWholeAndInOrder() =>
        Gen.Select(Gen.Int[1, 20_000].Array[1, 20], Gen.Int[1, 9_000]).Sample(
            (pieces, step) => EchoAsync(pieces, step).GetAwaiter().GetResult(), iter: 60, seed: "000000000001", threads: 1);

    [Fact]
    public async Task Unbind_EndsAccepting_AndKeepsConnections()
    {
        var (client, server) = await ConnectAsync();
        await _listener.UnbindAsync();
        Assert.Null(await _listener.AcceptAsync());
        Assert.Throws<SocketException>(() => new TcpClient().Connect((IPEndPoint)_listener.EndPoint));
        client.Send("x"u8);
        Assert.Equal(1, (await server.Transport.Input.ReadAsync()).Buffer.Length);
    }

    /// <summary>Sends pieces, has the server send each read back with part of it left for the next, and compares.</summary>
    private async Task<bool> EchoAsync(int[] pieces, int step)
    {
        var (client, server) = await ConnectAsync();
        var random = new Random(step);
        var sent = pieces.Select(length =>
        {
            var piece = new byte[length];
            random.NextBytes(piece);
            return piece;
        }).ToArray();
        var serving = Task.Run(async () =>
        {
            var (input, output) = (server.Transport.Input, server.Transport.Output);
            while (await input.ReadAsync() is { Buffer: var buffer } read && !(read.IsCompleted && buffer.IsEmpty))
            {
                var taken = buffer.Slice(0, Math.Min(step, buffer.Length));
                foreach (var segment in taken)
                {
                    segment.CopyTo(output.GetMemory(segment.Length));
                    output.Advance(segment.Length);
                }

                await output.FlushAsync();
                input.AdvanceTo(taken.End);
            }

            await server.DisposeAsync();
        });
        var receiving = Task.Run(() => ReceiveToEnd(client));
        foreach (var piece in sent)
        {
            client.Send(piece);
        }

        client.Shutdown(SocketShutdown.Send);
        await serving.WaitAsync(Patience);
        return (await receiving).AsSpan().SequenceEqual(sent.SelectMany(static piece => piece).ToArray());
    }

    private async Task<(Socket Client, ConnectionContext Server)> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };
        await client.ConnectAsync(_listener.EndPoint);
        return (client, await _begun.Reader.ReadAsync().AsTask().WaitAsync(Patience));
    }

    private static async Task ClosedAsync(ConnectionContext server)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = server.ConnectionClosed.UnsafeRegister(_ => closed.TrySetResult(), null);
        await closed.Task.WaitAsync(Patience);
    }

    private static async Task<byte[]> ReadToEndAsync(ConnectionContext server)
    {
        using var all = new MemoryStream();
        await server.Transport.Input.CopyToAsync(all);
        return all.ToArray();
    }

    private static byte[] ReceiveToEnd(Socket client)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = client.Receive(buffer)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private sealed class Pools : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }
}
