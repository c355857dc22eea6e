using Microsoft.Win32.SafeHandles;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>Two sockets and the bytes between them, both ways. Owns the sockets.</summary>
internal sealed class BridgedConnection : IDisposable
{
    private const PollEvents Everything = PollEvents.Readable | PollEvents.Writable | PollEvents.PeerClosed | PollEvents.EdgeTriggered;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _client;
    private readonly SafeFileHandle _server;
    private readonly SplicePump _request;
    private readonly SplicePump _response;
    private readonly Action<BridgedConnection> _closed;
    private bool _isConnected;
    private bool _isClosed;

    private BridgedConnection(EventLoop loop, SafeFileHandle client, SafeFileHandle server, Action<BridgedConnection> closed)
    {
        _loop = loop;
        _client = client;
        _server = server;
        _closed = closed;
        _request = new SplicePump(client, server);
        _response = new SplicePump(server, client);
    }

    /// <summary>Takes both sockets over; null when there are no descriptors left.</summary>
    public static BridgedConnection? Open(EventLoop loop, SafeFileHandle client, SafeFileHandle server, Action<BridgedConnection> closed)
    {
        try
        {
            var connection = new BridgedConnection(loop, client, server, closed);
            loop.Watch(client, Everything, _ => connection.Pump());
            loop.Watch(server, Everything, events => connection.ServerReady(events));
            return connection;
        }
        catch (LinuxException)
        {
            client.Dispose();
            server.Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _loop.Unwatch(_client);
        _loop.Unwatch(_server);
        _request.Dispose();
        _response.Dispose();
        _client.Dispose();
        _server.Dispose();
        _closed(this);
    }

    private void ServerReady(PollEvents events)
    {
        if (!_isConnected && (events & (PollEvents.Writable | PollEvents.Error | PollEvents.HangUp)) != 0)
        {
            if (ListenSocket.TakeError(_server) != 0)
            {
                Dispose();
                return;
            }

            _isConnected = true;
        }

        Pump();
    }

    private void Pump()
    {
        if (_isClosed || !_isConnected)
        {
            return;
        }

        if (!_request.TryPump(out var moreRequest) || !_response.TryPump(out var moreResponse) || (_request.IsComplete && _response.IsComplete))
        {
            Dispose();
            return;
        }

        // The edge was used up: without this nobody would call again.
        if (moreRequest || moreResponse)
        {
            _loop.After(TimeSpan.Zero, Pump);
        }
    }
}
