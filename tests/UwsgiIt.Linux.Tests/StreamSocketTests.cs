using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Linux.Tests;

public sealed class StreamSocketTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly StreamSocket _listening;

    public StreamSocketTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _listening = StreamSocket.Duplicate(_listener.Handle);
    }

    public void Dispose()
    {
        _listening.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void Receive_NothingThere_WouldBlock_ThenTheBytes_ThenTheEnd()
    {
        using var client = Connect(out var server);
        using (server)
        {
            Assert.Equal(StreamSocket.WouldBlock, server.Receive(new byte[8]));
            client.Send("hello"u8);
            Assert.Equal(PollEvents.Readable, Next(server, PollEvents.Readable));
            Assert.Equal(5, server.Available());
            Assert.Equal(5, server.Receive(new byte[8]));
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(PollEvents.Readable | PollEvents.PeerClosed, Next(server, PollEvents.Readable | PollEvents.PeerClosed));
            Assert.Equal(0, server.Receive(new byte[8]));
        }
    }

    [Fact]
    public void Send_FullBuffer_WouldBlock_AndWritableAfterRoom()
    {
        using var client = Connect(out var server);
        using (server)
        {
            var block = new byte[1 << 20];
            var sent = 0L;
            int count;
            while ((count = server.Send(block)) > 0)
            {
                sent += count;
            }

            Assert.Equal(StreamSocket.WouldBlock, count);
            for (var left = sent; left > 0;)
            {
                left -= client.Receive(block);
            }

            Assert.Equal(PollEvents.Writable, Next(server, PollEvents.Writable));
        }
    }

    [Fact]
    public void Send_ToAPeerThatIsGone_IsAnErrorAndNoSignal()
    {
        var client = Connect(out var server);
        using (server)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
            Next(server, PollEvents.Readable);
            Assert.Equal(-Tmds.Linux.LibC.ECONNRESET, server.Receive(new byte[1]));
            Assert.Equal(-Tmds.Linux.LibC.EPIPE, server.Send(new byte[1]));
        }
    }

    [Fact]
    public void Connect_NobodyListens_IsRefused()
    {
        var endPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _listening.Dispose();
        _listener.Dispose();
        using var socket = StreamSocket.Open(AddressFamily.InterNetwork);
        var address = endPoint.Serialize();
        var result = socket.Connect(address.Buffer.Span[..address.Size]);
        if (result == StreamSocket.InProgress)
        {
            Next(socket, PollEvents.Writable);
            result = -socket.TakeError();
        }

        Assert.Equal(-Tmds.Linux.LibC.ECONNREFUSED, result);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void EndPoints_AreThoseTheRuntimeSees(string address)
    {
        using var listener = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        listener.Listen();
        using var client = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var listening = StreamSocket.Duplicate(listener.Handle);
        using var server = listening.Accept(out _)!;
        Assert.Equal((client.RemoteEndPoint, client.LocalEndPoint), (server.LocalEndPoint(), server.RemoteEndPoint()));
    }

    [Fact]
    public async Task Wake_EndsAWait()
    {
        using var poll = new EventPoll();
        var waiting = Task.Run(() => (poll.Wait(), poll.Read(0).Id));
        poll.Wake();
        Assert.Equal((1, EventPoll.WakeId), await waiting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    private Socket Connect(out StreamSocket server)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(_listener.LocalEndPoint!);
        server = _listening.Accept(out var errno)!;
        Assert.Equal(0, errno);
        return client;
    }

    /// <summary>The next event of the socket, of those asked for.</summary>
    private static PollEvents Next(StreamSocket socket, PollEvents events)
    {
        using var poll = new EventPoll();
        poll.Add(socket, events);
        Assert.Equal(1, poll.Wait());
        var (id, seen) = poll.Read(0, out var serial);
        Assert.Equal((socket.Id, socket.Serial), (id, serial));
        return seen & events;
    }
}
