using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.ProxyProtocol;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// One place requests can be sent to: address, protocol and modifiers, with the idle connections kept to it and its traffic counters.
/// A subscribed node owns one; so does every YARP destination that our forwarder serves.
/// </summary>
internal sealed class Upstream(UpstreamAddress address, UpstreamProtocol protocol, byte modifier1 = 0, byte modifier2 = 0) : IDisposable
{
    private static readonly int Pools = Environment.ProcessorCount + 1;

    // One for each loop, so that a request finds connections of its own loop; see UpstreamConnection.Pool.
    private readonly ConcurrentQueue<UpstreamConnection>?[] _idle = new ConcurrentQueue<UpstreamConnection>?[Pools];
    private int _idleCount;
    private long _bytesReceived;
    private long _bytesSent;
    private volatile bool _disposed;

    public UpstreamAddress Address { get; } = address;

    public UpstreamProtocol Protocol { get; } = protocol;

    /// <summary>modifier1 of uwsgi packets; 123 means raw mode.</summary>
    public byte Modifier1 { get; } = modifier1;

    public byte Modifier2 { get; } = modifier2;

    /// <summary>Uid that must own the socket, checked again at every connection; null where the announce's own check is enough.</summary>
    public uint? Owner { get; init; }

    /// <summary>Host header to send instead of the client's; null sends the client's. YARP's destinations want their own.</summary>
    public string? Host { get; init; }

    /// <summary>The PROXY header that its connections begin with. A connection then belongs to one client and is not kept. Default none.</summary>
    public ProxyVersion ProxyVersion { get; init; }

    /// <summary>Bytes received from the upstream (the original's stats call it tx).</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Bytes sent to the upstream (the original's stats call it rx).</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    public void AddReceived(long count) => Interlocked.Add(ref _bytesReceived, count);

    public void AddSent(long count) => Interlocked.Add(ref _bytesSent, count);

    /// <summary>Takes an idle connection that still looks alive.</summary>
    public bool TryRent([NotNullWhen(true)] out UpstreamConnection? connection)
    {
        while (_idle[PoolOf(EventLoop.Current)] is { } idle && idle.TryDequeue(out connection))
        {
            Interlocked.Decrement(ref _idleCount);
            if (connection.IsUsable())
            {
                return true;
            }

            connection.Dispose();
        }

        connection = null;
        return false;
    }

    /// <summary>Keeps a connection whose last response ended cleanly, or closes it when enough are kept.</summary>
    public void Return(UpstreamConnection connection, int limit, TimeSpan idleTimeout)
    {
        connection.ReleaseBuffer();
        connection.IsReused = true;
        connection.EndBy = long.MaxValue;
        connection.Deadline = Environment.TickCount64 + (long)idleTimeout.TotalMilliseconds;
        if (_disposed || Interlocked.Increment(ref _idleCount) > limit)
        {
            Interlocked.Decrement(ref _idleCount);
            connection.Dispose();
            return;
        }

        LazyInitializer.EnsureInitialized(ref _idle[connection.Pool % Pools]).Enqueue(connection);
        if (_disposed)
        {
            CloseIdle();
        }
    }

    /// <summary>Closes idle connections; requests in flight finish and close theirs.</summary>
    public void Dispose()
    {
        _disposed = true;
        CloseIdle();
    }

    private static int PoolOf(EventLoop? loop) => loop is null ? 0 : (loop.Index + 1) % Pools;

    private void CloseIdle()
    {
        foreach (var idle in _idle)
        {
            while (idle is not null && idle.TryDequeue(out var connection))
            {
                Interlocked.Decrement(ref _idleCount);
                connection.Dispose();
            }
        }
    }
}
