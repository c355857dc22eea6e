using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace UwsgiIt.Router.Tls;

/// <summary>Ends handshakes that take too long. All may take equally long, so that a queue does: no timer is made per connection.</summary>
internal sealed class HandshakeDeadlines : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentQueue<Entry> _entries = new();

    /// <summary>Begins to watch a connection, until the entry is done with.</summary>
    public Entry Add(ConnectionContext connection, TimeSpan timeout)
    {
        var entry = new Entry(connection, Environment.TickCount64 + (long)timeout.TotalMilliseconds);
        _entries.Enqueue(entry);
        return entry;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = Environment.TickCount64;
            while (_entries.TryPeek(out var entry) && (entry.IsDone || entry.Due <= now))
            {
                _entries.TryDequeue(out _);
                entry.Expire();
            }
        }
    }

    /// <summary>A handshake with its end in time. Holds the connection no longer than the handshake lasts.</summary>
    public sealed class Entry(ConnectionContext connection, long due)
    {
        private ConnectionContext? _connection = connection;

        public long Due { get; } = due;

        public bool IsDone => Volatile.Read(ref _connection) is null;

        public bool HasExpired { get; private set; }

        public void Done() => Interlocked.Exchange(ref _connection, null);

        public void Expire()
        {
            if (Interlocked.Exchange(ref _connection, null) is { } late)
            {
                HasExpired = true;
                late.Abort(new ConnectionAbortedException("The TLS handshake took too long."));
            }
        }
    }
}
