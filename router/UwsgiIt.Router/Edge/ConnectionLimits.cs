using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Edge;

/// <summary>How many connections and handshakes there may be, in all and of one address. Who is over a limit is closed before anything is spent on it.</summary>
internal sealed class ConnectionLimits
{
    // Ours: what a browser opens to one site.
    private const int NewcomerConnections = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<ClientKey, ClientAccount> _accounts = []; // guarded by _lock
    private readonly LimitsOptions _options;
    private readonly TrustedProxies _trusted;
    private readonly RouterMetrics _metrics;
    private int _connections; // guarded by _lock
    private int _handshakes; // guarded by _lock

    public ConnectionLimits(IOptions<LimitsOptions> options, TrustedProxies trusted, RouterMetrics metrics)
    {
        _options = options.Value;
        _trusted = trusted;
        _metrics = metrics;
        metrics.Meter.CreateObservableGauge("uwsgiit.router.connections", () => Volatile.Read(ref _connections), "{connection}", "Client connections.");
    }

    /// <summary>Everybody's HTTP/2 frames that cost us more than the client.</summary>
    public SlidingCount Abuse { get; } = new();

    public LimitsOptions Options => _options;

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var key = address is null || _trusted.Contains(address) ? (ClientKey?)null : ClientKey.Of(address);
        if (Enter(key, out var account) is var refusal and not ConnectionRefusal.None)
        {
            _metrics.ConnectionRefused(refusal);
            return;
        }

        try
        {
            if (account is not null)
            {
                connection.Features.Set(account);
            }

            await next(connection);
        }
        finally
        {
            Leave(key, account);
        }
    }

    /// <summary>The way into a handshake; its end is <see cref="EndHandshake"/>, or that of the connection.</summary>
    public async Task RunHandshakeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var account = connection.Features.Get<ClientAccount>();
        lock (_lock)
        {
            if (_handshakes >= _options.MaxHandshakes || account?.Handshakes >= _options.MaxHandshakesPerAddress)
            {
                account = null;
            }
            else
            {
                _handshakes++;
                account ??= new ClientAccount();
                account.Handshakes++;
            }
        }

        if (account is null)
        {
            _metrics.ConnectionRefused(ConnectionRefusal.Handshakes);
            return;
        }

        var handshake = new Handshake(account);
        connection.Features.Set(handshake);
        try
        {
            await next(connection);
        }
        finally
        {
            End(handshake);
        }
    }

    /// <summary>To be called by what comes after the handshake.</summary>
    public void EndHandshake(ConnectionContext connection)
    {
        if (connection.Features.Get<Handshake>() is { } handshake)
        {
            End(handshake);
        }
    }

    private ConnectionRefusal Enter(ClientKey? key, out ClientAccount? account)
    {
        account = null;
        lock (_lock)
        {
            if (_connections >= _options.MaxConnections)
            {
                return ConnectionRefusal.Total;
            }

            if (key is { } known)
            {
                _accounts.TryGetValue(known, out account);
                var own = account?.Connections ?? 0;
                if (own >= _options.MaxConnectionsPerAddress)
                {
                    return ConnectionRefusal.Address;
                }

                // The last places are for those who have next to none: a crowd from few addresses cannot lock out all others.
                if (own >= NewcomerConnections && _connections >= _options.MaxConnections - _options.ReservedConnections)
                {
                    return ConnectionRefusal.Total;
                }

                if (account is null)
                {
                    account = new ClientAccount();
                    _accounts.Add(known, account);
                }

                account.Connections++;
            }

            _connections++;
            return ConnectionRefusal.None;
        }
    }

    private void Leave(ClientKey? key, ClientAccount? account)
    {
        lock (_lock)
        {
            _connections--;
            if (account is not null && --account.Connections == 0)
            {
                _accounts.Remove(key!.Value);
            }
        }
    }

    private void End(Handshake handshake)
    {
        lock (_lock)
        {
            if (!handshake.IsOver)
            {
                handshake.IsOver = true;
                handshake.Account.Handshakes--;
                _handshakes--;
            }
        }
    }

    private sealed class Handshake(ClientAccount account)
    {
        public ClientAccount Account { get; } = account;

        public bool IsOver { get; set; }
    }
}
