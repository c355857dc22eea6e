using Microsoft.AspNetCore.Connections;

namespace UwsgiIt.Router.Transport;

/// <summary>The clients of one carrier on one loop, as a list that only the loop touches.</summary>
internal sealed class LoopClients(EventLoop loop)
{
    // Ours: some 20 µs of ticks before sockets get their turn again.
    private const int TicksInARow = 256;

    private LoopConnection? _first;
    private LoopConnection? _nextToTick;
    private bool _isTicking;

    /// <summary>On the loop only. It was counted when it was given to the loop.</summary>
    public void Add(LoopConnection client)
    {
        client.After = _first;
        if (_first is not null)
        {
            _first.Before = client;
        }

        _first = client;
    }

    public void Remove(LoopConnection client)
    {
        if (EventLoop.Current == loop)
        {
            Unlink(client);
        }
        else
        {
            loop.Schedule(_ => Unlink(client), null);
        }
    }

    /// <summary>Passes a heartbeat on to everybody, a few at a time. A heartbeat that comes while one is passed on is left out.</summary>
    public void Tick() => loop.Schedule(static state =>
    {
        var clients = (LoopClients)state!;
        if (!clients._isTicking)
        {
            clients._isTicking = true;
            clients._nextToTick = clients._first;
            clients.TickSome();
        }
    }, this);

    public void Abort(ConnectionAbortedException reason) => loop.Schedule(_ =>
    {
        for (var client = _first; client is not null;)
        {
            var next = client.After;
            client.Abort(reason);
            client = next;
        }
    }, null);

    private void TickSome()
    {
        for (var left = TicksInARow; left > 0 && _nextToTick is { } client; left--)
        {
            _nextToTick = client.After;
            client.Tick();
        }

        if (_nextToTick is null)
        {
            _isTicking = false;
        }
        else
        {
            loop.Schedule(static state => ((LoopClients)state!).TickSome(), this);
        }
    }

    private void Unlink(LoopConnection client)
    {
        loop.CountClient(-1);
        if (_nextToTick == client)
        {
            _nextToTick = client.After;
        }

        if (client.Before is null)
        {
            _first = client.After;
        }
        else
        {
            client.Before.After = client.After;
        }

        if (client.After is not null)
        {
            client.After.Before = client.Before;
        }

        client.Before = client.After = null;
    }
}
