using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Edge;

/// <summary>How many connections there may be, in all and of one address. Who is over a limit is closed before anything is spent on it.</summary>
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

    public async Task RunAsync(ConnectionContext connection, bool perAddress, ConnectionDelegate next)
    {
        var address = !perAddress ? null : (connection.RemoteEndPoint as IPEndPoint)?.Address;
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
}
