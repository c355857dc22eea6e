using System.Net;
using System.Net.Sockets;
using UwsgiIt.Linux;

namespace UwsgiIt.Backend;

/// <summary>One thread, one poll, every connection.</summary>
internal sealed class Server : IDisposable
{
    private const PollEvents Both = PollEvents.Readable | PollEvents.Writable | PollEvents.PeerClosed | PollEvents.EdgeTriggered;

    private readonly EventPoll _poll = new();
    private readonly Dictionary<int, (StreamSocket Socket, Func<Conversation> Talk)> _listeners = [];

    // Kept: disposing a bound unix socket removes its file.
    private readonly List<Socket> _bound = [];
    private Connection?[] _connections = new Connection?[1024];

    public void Listen(EndPoint endPoint, Func<Conversation> talk)
    {
        if (endPoint is UnixDomainSocketEndPoint)
        {
            File.Delete(endPoint.ToString()!);
        }

        var bound = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        bound.Bind(endPoint);
        bound.Listen(4096);
        if (endPoint is UnixDomainSocketEndPoint)
        {
            // Proxies run as users of their own.
            File.SetUnixFileMode(endPoint.ToString()!, (UnixFileMode)0b110_110_110);
        }

        _bound.Add(bound);
        var socket = StreamSocket.Duplicate(bound.Handle);
        _listeners.Add(socket.Id, (socket, talk));
        _poll.Add(socket, PollEvents.Readable);
    }

    public void Run()
    {
        while (true)
        {
            var count = _poll.Wait();
            for (var i = 0; i < count; i++)
            {
                var (id, _) = _poll.Read(i);
                if (_listeners.TryGetValue(id, out var listener))
                {
                    Accept(listener.Socket, listener.Talk);
                }
                else if (id >= 0 && id < _connections.Length && _connections[id] is { } connection && !connection.GoOn())
                {
                    _connections[id] = null;
                    connection.Dispose();
                }
            }
        }
    }

    public void Dispose()
    {
        _poll.Dispose();
        _bound.ForEach(static socket => socket.Dispose());
    }

    private void Accept(StreamSocket listener, Func<Conversation> talk)
    {
        while (listener.Accept(out _) is { } socket)
        {
            socket.SetNoDelay();
            if (socket.Id >= _connections.Length)
            {
                Array.Resize(ref _connections, Math.Max(_connections.Length * 2, socket.Id + 1));
            }

            _connections[socket.Id] = new Connection(socket, talk());
            _poll.Add(socket, Both);
        }
    }

    private sealed class Connection(StreamSocket socket, Conversation conversation) : IDisposable
    {
        private readonly Output _output = new();
        private byte[] _input = new byte[64 * 1024];
        private int _length;

        /// <summary>Sends and receives until the kernel has no more; false when the connection is over.</summary>
        public bool GoOn()
        {
            while (true)
            {
                while (_output.Next is { IsEmpty: false } next)
                {
                    var sent = socket.Send(next);
                    if (sent == StreamSocket.WouldBlock)
                    {
                        return true;
                    }

                    if (sent < 0)
                    {
                        return false;
                    }

                    _output.Sent(sent);
                }

                if (conversation.IsEnded)
                {
                    return false;
                }

                var count = socket.Receive(_input.AsSpan(_length));
                if (count <= 0)
                {
                    return count == StreamSocket.WouldBlock;
                }

                _length += count;
                Answer();
            }
        }

        public void Dispose() => socket.Dispose();

        private void Answer()
        {
            var taken = 0;
            int step;
            while (taken < _length && (step = conversation.Take(_input.AsSpan(taken, _length - taken), _output)) > 0)
            {
                taken += step;
            }

            _input.AsSpan(taken, _length - taken).CopyTo(_input);
            _length -= taken;
            if (_length == _input.Length)
            {
                Array.Resize(ref _input, _input.Length * 2);
            }
        }
    }
}
