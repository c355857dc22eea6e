using System.Net;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Emperor.Vassals;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>A unix socket for a program that serves a port of 127.0.0.1 only: what the router can reach and may be told.</summary>
internal sealed class TcpBridge : IDisposable
{
    /// <summary>Most connections at a time, six descriptors each; ours, arbitrary, may grow. More wait in the kernel's queue.</summary>
    public const int MaxConnections = 1000;

    private readonly VassalContext _context;
    private readonly IPEndPoint _target;
    private readonly OnDemandSocket _listener;
    private readonly HashSet<BridgedConnection> _connections = [];
    private bool _isWatched;

    private TcpBridge(VassalContext context, OnDemandSocket listener, IPEndPoint target)
    {
        _context = context;
        _listener = listener;
        _target = target;
        WatchListener(true);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _listener.Address;

    /// <summary>Opens it as the customer; null, with a line in the log, when it cannot be.</summary>
    public static TcpBridge? Open(VassalContext context, string path, IPEndPoint target) => OnDemandSocket.Open(context, path) is { } listener ? new TcpBridge(context, listener, target) : null;

    public void Dispose()
    {
        WatchListener(false);
        _listener.Dispose();
        foreach (var connection in _connections.ToList())
        {
            connection.Dispose();
        }
    }

    private void WatchListener(bool wanted)
    {
        if (wanted == _isWatched)
        {
            return;
        }

        _isWatched = wanted;
        if (wanted)
        {
            _context.Loop.Watch(_listener.Handle, PollEvents.Readable, _ => Accept());
        }
        else
        {
            _context.Loop.Unwatch(_listener.Handle);
        }
    }

    private void Accept()
    {
        if (ListenSocket.Accept(_listener.Handle) is not { } client)
        {
            return;
        }

        if (ListenSocket.Connect(_target, out _) is not { } server)
        {
            client.Dispose();
            return;
        }

        if (BridgedConnection.Open(_context.Loop, client, server, Closed) is { } connection)
        {
            _connections.Add(connection);
            WatchListener(_connections.Count < MaxConnections);
        }
    }

    private void Closed(BridgedConnection connection)
    {
        _connections.Remove(connection);
        WatchListener(!_listener.Handle.IsClosed);
    }
}
